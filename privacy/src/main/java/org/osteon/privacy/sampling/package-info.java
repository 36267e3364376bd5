/** Poisson sampling of patients; the seed stays in memory and is wiped. */
@NullMarked
package org.osteon.privacy.sampling;

import org.jspecify.annotations.NullMarked;
