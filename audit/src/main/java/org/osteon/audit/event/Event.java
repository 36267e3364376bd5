package org.osteon.audit.event;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DocumentException;

/**
 * One leaf of a log. It holds codes, digests and public values only; nothing of a patient, and no sentence.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param origin the log's origin
 * @param seq position in the log, from 0, without gaps
 * @param type what happened
 * @param time when
 * @param actor who: a site, a person's name or {@code hub}
 * @param role in which role
 * @param subject what it is about, such as a run, a round or a study
 * @param outcome {@code done} or {@code refused}
 * @param reason code of a refusal, else empty
 * @param values public values by name
 * @param refs the documents it rests on, by role
 */
public record Event(
        String schema,
        String federation,
        String origin,
        long seq,
        EventType type,
        Instant time,
        String actor,
        String role,
        String subject,
        String outcome,
        String reason,
        Map<String, String> values,
        List<Ref> refs)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.event/1";

    private static final int MAX_BYTES = 60 * 1024;

    /** Checks schema and outcome. */
    public Event {
        if (!SCHEMA.equals(schema)) {
            throw new DocumentException("SCHEMA_UNKNOWN", "schema must be " + SCHEMA);
        }
        if (!"done".equals(outcome) && !"refused".equals(outcome)) {
            throw new DocumentException("VALUE_UNKNOWN", "outcome must be done or refused");
        }
        values = Map.copyOf(values);
        refs = List.copyOf(refs);
    }

    /**
     * A document an event rests on.
     *
     * @param role such as {@code study}, {@code capsule}, {@code instruction}, {@code reply}, {@code receipt},
     *     {@code model}
     * @param sha256 its identity
     */
    public record Ref(String role, Digest sha256) {}

    /** The leaf's bytes. */
    public byte[] leaf() {
        byte[] bytes = canonical();
        if (bytes.length > MAX_BYTES) {
            throw new DocumentException(
                    "EVENT_TOO_LONG", "an event has " + bytes.length + " bytes, " + MAX_BYTES + " are allowed");
        }
        return bytes;
    }

    /** Reads a leaf. */
    public static Event read(byte[] leaf) {
        return CanonicalJson.read(leaf, Event.class);
    }

    /** The digest under a role, if there is one. */
    public java.util.Optional<Digest> ref(String role) {
        return refs.stream()
                .filter(ref -> ref.role().equals(role))
                .map(Ref::sha256)
                .findFirst();
    }
}
