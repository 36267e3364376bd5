/**
 * Flower's Fleet messages: handlers that know outcomes only, and their two carriers, gRPC and HTTP/1.1.
 *
 * <p>The HTTP carrier uses the Netty that is in gRPC's jar: one copy, kept up with gRPC.
 */
@NullMarked
package org.osteon.coordinator.fleet;

import org.jspecify.annotations.NullMarked;
