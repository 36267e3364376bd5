package org.osteon.coordinator.enrolment;

import org.osteon.audit.log.NoteKey;
import org.osteon.protocol.sign.VerificationKey;

/**
 * A site, or an unmodified Flower node, as the hub knows it.
 *
 * @param name unique name
 * @param nodeId unsigned decimal
 * @param nodeKey pinned at enrolment
 * @param cosignerKey its witness key, PEM; empty for a Flower node
 * @param logOrigin its log's origin; empty for a Flower node
 * @param logKey its log's key, PEM; empty for a Flower node
 * @param state {@code pending}, {@code confirmed} or {@code revoked}
 * @param kind {@code governed} or {@code flower}
 */
public record SiteRecord(
        String name,
        String nodeId,
        VerificationKey nodeKey,
        String cosignerKey,
        String logOrigin,
        String logKey,
        String state,
        String kind) {

    /** Whether its key counts now. */
    public boolean active() {
        return "confirmed".equals(state);
    }

    /** Whether it is an Osteon agent. */
    public boolean governed() {
        return "governed".equals(kind);
    }

    /** The key of its log's checkpoints. */
    public NoteKey logNoteKey() {
        return new NoteKey(logOrigin, NoteKey.LOG, VerificationKey.ofPem(logKey));
    }

    /** The key of its cosignatures. */
    public NoteKey cosignerNoteKey() {
        return new NoteKey(name, NoteKey.COSIGNATURE, VerificationKey.ofPem(cosignerKey));
    }
}
