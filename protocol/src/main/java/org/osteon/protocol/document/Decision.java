package org.osteon.protocol.document;

import java.time.Instant;

/** What a data officer decided about a study at a site, signed outside the agent. */
public sealed interface Decision extends Document permits Capsule, Refusal, Revocation {
    /** The federation. */
    String federation();

    /** Identity of the study version decided about. */
    Digest study();

    /** The site. */
    String site();

    /** When it was decided. */
    Instant decided();
}
