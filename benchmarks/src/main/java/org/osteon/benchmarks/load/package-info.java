/**
 * The hub beside an unmodified {@code flower-superlink}: a load generator that plays the nodes of either, and the runs.
 *
 * <p>Starting points: {@link org.osteon.benchmarks.load.FleetLoad} plays the nodes,
 * {@link org.osteon.benchmarks.load.FleetRun} sets a server, a generator and a run going.
 */
@NullMarked
package org.osteon.benchmarks.load;

import org.jspecify.annotations.NullMarked;
