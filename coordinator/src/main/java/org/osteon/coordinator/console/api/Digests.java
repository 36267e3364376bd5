package org.osteon.coordinator.console.api;

import org.osteon.console.api.ApiException;
import org.osteon.protocol.document.Digest;

/**
 * Studies and models are named by their whole digest here: programs need no short forms, which can become ambiguous.
 */
final class Digests {
    /** What it looks like. */
    static final String FORM = "[0-9a-f]{64}";

    /** What it is. */
    static final String MEANING = "a SHA-256 digest of 64 lower-case hex digits";

    private Digests() {}

    /** The digest of a path. */
    static Digest of(String text) {
        if (!text.matches(FORM)) {
            throw ApiException.malformed("the path names a study or model by " + MEANING);
        }
        return new Digest(text);
    }
}
