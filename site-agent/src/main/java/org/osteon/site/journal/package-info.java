/** The list of all that ever left this site; a row is on disk before the bytes leave. */
@NullMarked
package org.osteon.site.journal;

import org.jspecify.annotations.NullMarked;
