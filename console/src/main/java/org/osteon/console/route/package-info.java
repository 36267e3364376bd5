/** Who may see which path. */
@NullMarked
package org.osteon.console.route;

import org.jspecify.annotations.NullMarked;
