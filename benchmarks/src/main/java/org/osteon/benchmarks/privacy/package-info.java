/** Noise and accounting. */
@NullMarked
package org.osteon.benchmarks.privacy;

import org.jspecify.annotations.NullMarked;
