/** The site's own port for its own people: officer and operator, on loopback. */
@NullMarked
package org.osteon.site.desk;

import org.jspecify.annotations.NullMarked;
