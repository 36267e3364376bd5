package org.osteon.conformance.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;

/**
 * B-01: the test set was fixed before the first evaluation, and no patient in it was trained on. A test set follows
 * from the study, which states the share that is held out, the snapshot, and a key of the site; the capsule binds study
 * and snapshot, so the entry of the site's log that accepts it is the seal.
 */
final class TestSetSealed implements Check {
    private static final Phrase RULE = Phrase.of("LIMIT_SEALED");

    @Override
    public String id() {
        return "B-01";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        List<EvidenceItem> looked = Looked.at()
                .study(evidence)
                .capsules(evidence)
                .hubLog(evidence)
                .siteLogs(evidence)
                .table(evidence, Tables.SPLITS)
                .items();
        if (!evidence.study().evaluation().present()) {
            return Judgement.of(RULE, Fault.notApplicable("NOTHING_HELD_OUT"), looked);
        }
        Set<String> sites = Evaluations.released(evidence).keySet();
        if (sites.isEmpty()) {
            return Judgement.of(RULE, Fault.inconclusive("NO_EVALUATION"), looked);
        }
        List<String> entries = new ArrayList<>();
        for (String site : sites) {
            Optional<Fault> fault = Approval.missing(evidence, site).or(() -> sealed(evidence, site, entries));
            if (fault.isPresent()) {
                return Judgement.of(RULE, fault.orElseThrow(), looked);
            }
        }
        return overlap(evidence, sites)
                .map(fault -> Judgement.of(RULE, fault, looked))
                .orElseGet(() -> Judgement.pass(
                        RULE,
                        Phrase.values(
                                "sites", sites.size(), "sealedAndEvaluated", String.join(", ", entries), "overlap", 0),
                        looked));
    }

    private static Optional<Fault> sealed(RunEvidence evidence, String site, List<String> entries) {
        Approval approval = Approval.of(evidence, site);
        Optional<Fault> fault = approval.fault(evidence);
        if (fault.isPresent()) {
            return fault;
        }
        OptionalLong evaluated = evidence.sites().getOrDefault(site, List.of()).stream()
                .filter(event -> event.type() == EventType.INSTRUCTION_RECEIVED
                        && event.subject().startsWith(evidence.model().run() + "/")
                        && event.subject().endsWith("/evaluate"))
                .mapToLong(Event::seq)
                .findFirst();
        if (evaluated.isEmpty()) {
            return Optional.of(Fault.inconclusive("EVALUATION_NOT_LOGGED", "site", site));
        }
        long seal = approval.accepted().orElseThrow();
        if (seal >= evaluated.orElseThrow()) {
            return Optional.of(
                    Fault.fail("SEALED_AFTER", "site", site, "sealed", seal, "evaluated", evaluated.orElseThrow()));
        }
        entries.add(site + " " + seal + " < " + evaluated.orElseThrow());
        return Optional.empty();
    }

    private static Optional<Fault> overlap(RunEvidence evidence, Set<String> sites) {
        Optional<byte[]> table = evidence.tables().get(Tables.SPLITS);
        if (table.isEmpty()) {
            return Optional.of(Fault.inconclusive("TABLE_MISSING", "table", Tables.SPLITS));
        }
        try {
            Splits splits = Splits.read(table.orElseThrow());
            for (String site : sites) {
                long both = splits.onBoth(site, "train", "test");
                if (both > 0) {
                    return Optional.of(Fault.fail(
                                    "PATIENT_ON_BOTH_SIDES",
                                    "site",
                                    site,
                                    "patients",
                                    both,
                                    "one",
                                    "train",
                                    "other",
                                    "test")
                            .measuring("overlap", both));
                }
                Optional<Fault> empty = Splits.empty(splits, site);
                if (empty.isPresent()) {
                    return empty;
                }
            }
            return Optional.empty();
        } catch (Csv.Malformed e) {
            return Optional.of(e.fault());
        }
    }
}
