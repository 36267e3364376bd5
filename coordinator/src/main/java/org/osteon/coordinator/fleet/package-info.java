/** Flower's Fleet messages: handlers that know outcomes only, and the gRPC carrier. */
@NullMarked
package org.osteon.coordinator.fleet;

import org.jspecify.annotations.NullMarked;
