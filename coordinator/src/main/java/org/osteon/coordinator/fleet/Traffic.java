package org.osteon.coordinator.fleet;

/**
 * What went between the hub and one node over one message. Times are epoch milliseconds, 0 for not yet; bytes are those
 * of messages and objects as they are encoded, without what carries them, and each time they went.
 *
 * @param whole whether it was counted from the first byte; not so after a restart of the hub
 * @param handed when the node was first handed the message
 * @param taken when the node first said that it has all of it
 * @param answering when the node first began to push its reply
 * @param bytesOut to the node
 * @param bytesIn from the node
 */
public record Traffic(boolean whole, long handed, long taken, long answering, long bytesOut, long bytesIn) {
    /** Nothing was counted. */
    public static final Traffic NONE = new Traffic(false, 0, 0, 0, 0, 0);
}
