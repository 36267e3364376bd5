package org.osteon.conformance.check;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.osteon.audit.event.Event;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.protocol.document.Digest;

/** Collects, in a fixed order, what a check looked at. */
final class Looked {
    private final List<EvidenceItem> items = new ArrayList<>();

    private Looked() {}

    static Looked at() {
        return new Looked();
    }

    Looked study(RunEvidence evidence) {
        return add("study", evidence.study().digest());
    }

    /** The run's model versions with the updates they count. */
    Looked versions(RunEvidence evidence) {
        evidence.versions().forEach(version -> add("model/" + version.round(), version.digest()));
        return this;
    }

    Looked capsules(RunEvidence evidence) {
        new TreeMap<>(evidence.capsules()).forEach((site, capsule) -> add("capsule/" + site, capsule.digest()));
        return this;
    }

    Looked hubLog(RunEvidence evidence) {
        return add("log/hub", digest(evidence.hub()));
    }

    Looked siteLogs(RunEvidence evidence) {
        new TreeMap<>(evidence.sites()).forEach((site, events) -> add("log/" + site, digest(events)));
        return this;
    }

    /** A table that was handed in, if it was. */
    Looked table(RunEvidence evidence, String name) {
        evidence.tables().get(name).ifPresent(bytes -> add(name, Digest.of(bytes)));
        return this;
    }

    Looked add(String name, Digest digest) {
        items.add(new EvidenceItem(name, digest));
        return this;
    }

    List<EvidenceItem> items() {
        return List.copyOf(items);
    }

    /** SHA-256 over the leaves in order, a line feed after each. */
    private static Digest digest(List<Event> events) {
        MessageDigest sha = Digest.sha256();
        for (Event event : events) {
            sha.update(event.canonical());
            sha.update((byte) '\n');
        }
        return Digest.ofRaw(sha.digest());
    }
}
