package org.osteon.trials.leak;

import java.util.Map;

/** Something that must not be found anywhere. */
interface Secret {
    /** What it is, for people. */
    String kind();

    /** Every byte sequence that shows it, by encoding. */
    Map<String, byte[]> patterns();

    /** Whether a find at this place is the secret and no chance. */
    default boolean holdsAt(byte[] data, int from, int length) {
        return true;
    }
}
