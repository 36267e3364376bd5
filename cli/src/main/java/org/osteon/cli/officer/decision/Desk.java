package org.osteon.cli.officer.decision;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What an officer's program asks of the site's agent; nothing it answers is believed for being answered. */
public interface Desk {
    /** The studies the agent says it holds. */
    List<Line> studies();

    /** The foreign runs the agent says asked of it. */
    List<Line> runs();

    /** The envelope of a study or foreign run, named by its digest or the first digits of it. */
    byte[] study(String reference);

    /** What the agent says of its hospital and itself for that study. */
    JsonNode facts(String reference);

    /** Hands in a signed decision; returns what the agent made of it. */
    JsonNode decide(byte[] envelope);

    /**
     * One study or foreign run of the agent's list.
     *
     * @param study its digest
     * @param decision {@code open}, {@code approved}, {@code refused} or {@code revoked}
     */
    record Line(String study, String decision) {}
}
