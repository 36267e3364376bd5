/**
 * The site's pages for data officers and operators. They explain and link; they never sign.
 *
 * <p>Starting points: {@link org.osteon.site.console.SiteConsole}.
 */
@NullMarked
package org.osteon.site.console;

import org.jspecify.annotations.NullMarked;
