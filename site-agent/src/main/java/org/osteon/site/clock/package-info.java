/** Time that cannot be set back unseen. */
@NullMarked
package org.osteon.site.clock;

import org.jspecify.annotations.NullMarked;
