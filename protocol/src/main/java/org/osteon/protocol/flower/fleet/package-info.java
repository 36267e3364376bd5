/**
 * What a Fleet endpoint does, without a carrier: twelve asynchronous calls over our own wire messages and four
 * outcomes. A gRPC carrier (flwr 1.23 to 1.39) and an HTTP carrier (flwr 1.40 on) stand in front of the same handlers;
 * no type of either is known here.
 *
 * <p>Starting points: {@link org.osteon.protocol.flower.fleet.FleetHandlers},
 * {@link org.osteon.protocol.flower.fleet.FleetMethod}, {@link org.osteon.protocol.flower.fleet.Outcome}.
 */
@NullMarked
package org.osteon.protocol.flower.fleet;

import org.jspecify.annotations.NullMarked;
