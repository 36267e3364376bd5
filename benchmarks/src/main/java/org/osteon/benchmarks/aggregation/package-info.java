/** Combining updates at the hub against a plain read-and-add. */
@NullMarked
package org.osteon.benchmarks.aggregation;

import org.jspecify.annotations.NullMarked;
