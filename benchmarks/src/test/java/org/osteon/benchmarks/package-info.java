/** The benchmarks' code runs; nothing is timed here. */
@NullMarked
package org.osteon.benchmarks;

import org.jspecify.annotations.NullMarked;
