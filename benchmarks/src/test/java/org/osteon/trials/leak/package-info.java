/** Looks for what must never leave a hospital, in every container and encoding that Osteon writes. */
@NullMarked
package org.osteon.trials.leak;

import org.jspecify.annotations.NullMarked;
