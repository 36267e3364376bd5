package org.osteon.coordinator.fleet;

import java.time.Duration;

/**
 * How long the HTTP carrier is patient, and with how many.
 *
 * @param handshake for TLS
 * @param head until the next request's line and headers are there whole, since the connection or the last answer
 * @param body until a body is there whole, since it was asked for
 * @param place for a large body to be asked for; below the 30 s after which Flower's clients give up a write
 * @param answer until an answer is taken whole
 * @param connections open at once
 */
public record HttpLimits(
        Duration handshake, Duration head, Duration body, Duration place, Duration answer, int connections) {
    /** What a hub uses. */
    public static final HttpLimits USUAL = new HttpLimits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(75),
            Duration.ofMinutes(2),
            Duration.ofSeconds(20),
            Duration.ofMinutes(2),
            4_096);
}
