package org.osteon.audit.bundle;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.SignedDocument;

/**
 * What a bundle is made of.
 *
 * @param release the signed release
 * @param hub the hub's log, at a head that covers the release event and has its quorum of cosignatures
 * @param sites the sites' logs
 * @param documents signed envelopes in canonical form, the release and the conformance report among them; the same one
 *     twice is written once
 * @param objects update files and model arrays, by digest
 */
public record BundleInput(
        SignedDocument<Release> release,
        LogEvidence hub,
        List<LogEvidence> sites,
        List<byte[]> documents,
        Map<Digest, Path> objects) {
    /** Takes copies. */
    public BundleInput {
        sites = List.copyOf(sites);
        documents = List.copyOf(documents);
        objects = Map.copyOf(objects);
    }

    /**
     * Gathers what the release owes, by following the logs' events; update files and older arrays as long as they are
     * kept.
     *
     * @throws BundleException with code {@code DOCUMENT_MISSING} when the source lacks a document that an event names
     */
    public static BundleInput gather(
            SignedDocument<Release> release, LogEvidence hub, List<LogEvidence> sites, EvidenceSource source) {
        return new Gathering(source).gather(release, hub, sites);
    }
}
