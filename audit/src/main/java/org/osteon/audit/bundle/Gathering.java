package org.osteon.audit.bundle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;

/** Collects what a bundle owes from where the hub keeps it. */
final class Gathering {
    private final EvidenceSource source;
    private final Map<Digest, Envelope> found = new LinkedHashMap<>();
    private final List<byte[]> documents = new ArrayList<>();
    private final Map<Digest, Path> objects = new LinkedHashMap<>();

    Gathering(EvidenceSource source) {
        this.source = source;
    }

    BundleInput gather(SignedDocument<Release> release, LogEvidence hub, List<LogEvidence> sites) {
        add(release.bytes());
        Set<Digest> studies = new HashSet<>();
        String next = release.document().study().hex();
        while (!next.isEmpty() && studies.add(new Digest(next))) {
            next = need(new Digest(next), "study").text("previous");
        }
        List<Event> events = hub.events();
        BundleScope scope = BundleScope.of(events, studies);
        scope.documents("hub", events).forEach(this::need);
        for (LogEvidence site : sites) {
            scope.documents(site.holder(), site.events()).forEach(this::need);
        }
        need(release.document().report(), "report");
        need(release.document().model(), "model");
        return new BundleInput(release, hub, sites, documents, objects);
    }

    private Envelope need(Digest digest, String role) {
        Envelope known = found.get(digest);
        if (known != null) {
            return known;
        }
        return add(source.document(digest)
                .orElseThrow(() -> new BundleException("DOCUMENT_MISSING", role + " " + digest.hex())));
    }

    private Envelope add(byte[] bytes) {
        Envelope envelope = Envelope.read(bytes);
        if (found.putIfAbsent(envelope.digest(), envelope) == null) {
            documents.add(bytes);
            if (envelope.kind() == DocumentKind.MODEL) {
                object(envelope.as(ModelVersion.class).arrays());
            } else if (envelope.kind() == DocumentKind.REPLY) {
                object(envelope.as(Reply.class).update());
            } else if (envelope.kind() == DocumentKind.REPORT) {
                envelope.reportEvidence().forEach(this::object);
            }
        }
        return envelope;
    }

    private void object(Digest digest) {
        source.object(digest).ifPresent(file -> objects.put(digest, file));
    }
}
