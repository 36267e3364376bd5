package org.osteon.conformance.check;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.Merkle;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.protocol.document.Digest;

/**
 * E-04: each log is append-only over all its retained heads: the log's key signed each, the smallest is the root of the
 * entries up to it, and a consistency proof (RFC 9162, section 2.1.4) leads from each to the next; the events that the
 * other checks look at are those entries.
 */
final class LogAppendOnly implements Check {
    private static final Phrase RULE = Phrase.of("LIMIT_ALL_CONSISTENT");
    private static final int FEWEST = 2;

    @Override
    public String id() {
        return "E-04";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        Looked looked = Looked.at();
        int heads = 0;
        int proofs = 0;
        Optional<Fault> fault = Optional.empty();
        for (LogHistory log : evidence.logs()) {
            List<Checkpoint> sorted = sorted(log);
            looked.add("heads/" + log.holder(), digest(sorted));
            heads += sorted.size();
            proofs += Math.max(0, sorted.size() - 1);
            fault = fault.or(() -> fault(log, sorted, evidence));
        }
        List<EvidenceItem> items = looked.items();
        int counted = heads;
        int proven = proofs;
        return fault.or(() -> missing(evidence))
                .map(found -> Judgement.of(RULE, found, items))
                .orElseGet(() -> Judgement.pass(
                        RULE,
                        Phrase.values("logs", evidence.logs().size(), "heads", counted, "proofs", proven),
                        items));
    }

    /** The hub's log needs two heads, or there is nothing to compare; each counted site's at least one. */
    private static Optional<Fault> missing(RunEvidence evidence) {
        TreeSet<String> holders = new TreeSet<>(evidence.counted().keySet());
        holders.add("hub");
        for (String holder : holders) {
            int heads = evidence.logs().stream()
                    .filter(log -> log.holder().equals(holder))
                    .mapToInt(log -> log.heads().size())
                    .sum();
            int needed = holder.equals("hub") ? FEWEST : 1;
            if (heads < needed) {
                return Optional.of(
                        Fault.inconclusive("HEADS_TOO_FEW", "holder", holder, "heads", heads, "needed", needed));
            }
        }
        return Optional.empty();
    }

    private static Optional<Fault> fault(LogHistory log, List<Checkpoint> heads, RunEvidence evidence) {
        Optional<Fault> other = events(log, evidence);
        if (other.isPresent() || heads.isEmpty()) {
            return other;
        }
        for (Checkpoint head : heads) {
            if (!head.signedBy(log.key())) {
                return Optional.of(fail("HEAD_UNSIGNED", log, head));
            }
            if (head.size() > log.leaves().size()) {
                return Optional.of(Fault.inconclusive(
                        "LOG_SHORT",
                        "holder",
                        log.holder(),
                        "size",
                        head.size(),
                        "entries",
                        log.leaves().size()));
            }
        }
        Subtrees nodes = new Subtrees(log.leaves());
        Checkpoint first = heads.get(0);
        if (!Arrays.equals(Merkle.root(nodes, first.size()), first.root())) {
            return Optional.of(fail("HEAD_DIFFERS", log, first));
        }
        for (int i = 1; i < heads.size(); i++) {
            Checkpoint from = heads.get(i - 1);
            Checkpoint to = heads.get(i);
            if (!Merkle.consistent(
                    from.size(),
                    to.size(),
                    from.root(),
                    to.root(),
                    Merkle.consistency(nodes, from.size(), to.size()))) {
                return Optional.of(
                        Fault.fail("NOT_CONSISTENT", "holder", log.holder(), "from", from.size(), "to", to.size()));
            }
        }
        return Optional.empty();
    }

    /** What other checks take for the log is the log. */
    private static Optional<Fault> events(LogHistory log, RunEvidence evidence) {
        List<Event> events =
                log.holder().equals("hub") ? evidence.hub() : evidence.sites().getOrDefault(log.holder(), List.of());
        int both = Math.min(events.size(), log.leaves().size());
        for (int i = 0; i < both; i++) {
            if (!Arrays.equals(events.get(i).canonical(), log.leaves().get(i))) {
                return Optional.of(Fault.fail("EVENT_NOT_IN_LOG", "holder", log.holder(), "entry", i));
            }
        }
        return Optional.empty();
    }

    private static Digest digest(List<Checkpoint> heads) {
        MessageDigest sha = Digest.sha256();
        heads.forEach(head -> sha.update(head.bytes()));
        return Digest.ofRaw(sha.digest());
    }

    private static Fault fail(String code, LogHistory log, Checkpoint head) {
        return Fault.fail(code, "holder", log.holder(), "size", head.size());
    }

    private static List<Checkpoint> sorted(LogHistory log) {
        return log.heads().stream()
                .filter(head -> head.size() > 0)
                .sorted(Comparator.comparingLong(Checkpoint::size))
                .toList();
    }
}
