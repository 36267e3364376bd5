/**
 * Rounds of a real hub and real sites while hundreds of live pages are open.
 *
 * <p>Starting points: {@link org.osteon.benchmarks.pages.PagesBenchmark}.
 */
@NullMarked
package org.osteon.benchmarks.pages;

import org.jspecify.annotations.NullMarked;
