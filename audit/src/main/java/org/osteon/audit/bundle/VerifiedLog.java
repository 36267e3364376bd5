package org.osteon.audit.bundle;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogReader;
import org.osteon.audit.log.Merkle;
import org.osteon.protocol.document.Digest;

/** One party's log of a bundle, recomputed from its entries. */
final class VerifiedLog {
    private final String holder;
    private final Checkpoint head;
    private final List<Checkpoint> cosigned = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<Digest, Event> firstNaming = new HashMap<>();
    private final Merkle.Nodes nodes;

    private VerifiedLog(Bundle bundle, String holder, Findings findings) {
        this.holder = holder;
        String folder = LogEvidence.folder(holder);
        LogReader reader = bundle.log(holder);
        this.head = reader.checkpoint();
        this.nodes = reader.verify(head, leaf -> event(leaf, bundle.manifest().federation(), findings));
        Set<String> expected = new HashSet<>();
        LogReader.fileNames(head.size()).forEach(name -> expected.add(folder + name));
        for (String name : bundle.archive().names()) {
            if (!name.startsWith(folder) || expected.contains(name)) {
                continue;
            }
            if (name.startsWith(folder + "cosigned/")) {
                findings.check(name, () -> cosigned(bundle, name, findings));
            } else {
                findings.add("FILE_UNKNOWN", name);
            }
        }
    }

    /** Recomputes a log; empty when it cannot be, which is then a finding. */
    static Optional<VerifiedLog> of(Bundle bundle, String holder, Findings findings) {
        VerifiedLog[] log = new VerifiedLog[1];
        findings.check(
                LogEvidence.folder(holder) + "checkpoint", () -> log[0] = new VerifiedLog(bundle, holder, findings));
        return Optional.ofNullable(log[0]);
    }

    private void event(byte[] leaf, String federation, Findings findings) {
        long index = events.size();
        String where = LogEvidence.folder(holder) + "entry " + index;
        Event event = Event.read(leaf);
        events.add(event);
        findings.require(Arrays.equals(leaf, event.canonical()), "EVENT_NOT_CANONICAL", where);
        findings.require(event.seq() == index, "EVENT_GAP", where);
        findings.require(event.origin().equals(head.origin()), "EVENT_ORIGIN", where);
        findings.require(event.federation().equals(federation), "FEDERATION_MISMATCH", where);
        event.refs().forEach(ref -> firstNaming.putIfAbsent(ref.sha256(), event));
    }

    private void cosigned(Bundle bundle, String name, Findings findings) {
        Checkpoint seen = Checkpoint.parse(bundle.archive().bytes(name, LogReader.MAX_CHECKPOINT));
        findings.require(name.endsWith("/" + seen.size()), "FILE_NAME", name);
        findings.require(seen.origin().equals(head.origin()), "CHECKPOINT_FOREIGN", name);
        sees(seen.size(), seen.root(), name, findings);
        cosigned.add(seen);
    }

    /** Checks that the log still has what somebody saw of it. */
    void sees(long size, byte[] root, String where, Findings findings) {
        if (size > head.size()) {
            findings.add("LOG_TRUNCATED", where);
        } else {
            findings.require(Arrays.equals(Merkle.root(nodes, size), root), "LOG_NOT_CONSISTENT", where);
        }
    }

    String holder() {
        return holder;
    }

    Checkpoint head() {
        return head;
    }

    List<Checkpoint> cosigned() {
        return cosigned;
    }

    List<Event> events() {
        return events;
    }

    /** When a document was first named here. */
    Optional<Instant> logged(Digest document) {
        return Optional.ofNullable(firstNaming.get(document)).map(Event::time);
    }
}
