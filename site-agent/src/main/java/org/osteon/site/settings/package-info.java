/** The site's own settings and rules, read once at start. */
@NullMarked
package org.osteon.site.settings;

import org.jspecify.annotations.NullMarked;
