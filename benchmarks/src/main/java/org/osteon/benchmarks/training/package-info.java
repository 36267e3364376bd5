/** Training with privacy against the same training without. */
@NullMarked
package org.osteon.benchmarks.training;

import org.jspecify.annotations.NullMarked;
