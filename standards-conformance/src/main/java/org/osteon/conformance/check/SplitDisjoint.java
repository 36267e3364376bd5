package org.osteon.conformance.check;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;

/** C-09: at each counted site no patient is on two of the sides train, tune and test, by keyed hash. */
final class SplitDisjoint implements Check {
    private static final Phrase RULE = Phrase.of("LIMIT_NO_OVERLAP");
    private static final List<List<String>> PAIRS =
            List.of(List.of("train", "test"), List.of("train", "tune"), List.of("tune", "test"));

    @Override
    public String id() {
        return "C-09";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        List<EvidenceItem> looked =
                Looked.at().study(evidence).table(evidence, Tables.SPLITS).items();
        if (!evidence.study().evaluation().present()) {
            return Judgement.of(RULE, Fault.notApplicable("NOTHING_HELD_OUT"), looked);
        }
        Optional<byte[]> table = evidence.tables().get(Tables.SPLITS);
        if (table.isEmpty()) {
            return Judgement.of(RULE, Fault.inconclusive("TABLE_MISSING", "table", Tables.SPLITS), looked);
        }
        Set<String> sites = evidence.counted().keySet();
        if (sites.isEmpty()) {
            return Judgement.of(RULE, Fault.inconclusive("NO_SITE_COUNTED"), looked);
        }
        Splits splits;
        try {
            splits = Splits.read(table.orElseThrow());
        } catch (Csv.Malformed e) {
            return Judgement.of(RULE, e.fault(), looked);
        }
        int patients = 0;
        int test = 0;
        for (String site : sites) {
            Optional<Fault> fault = fault(splits, site);
            if (fault.isPresent()) {
                return Judgement.of(RULE, fault.orElseThrow(), looked);
            }
            patients += splits.patients(site);
            test += splits.rows(site, "test");
        }
        return Judgement.pass(
                RULE,
                Phrase.values("sites", sites.size(), "patients", patients, "testPatients", test, "overlap", 0),
                looked);
    }

    private static Optional<Fault> fault(Splits splits, String site) {
        for (List<String> pair : PAIRS) {
            long both = splits.onBoth(site, pair.get(0), pair.get(1));
            if (both > 0) {
                return Optional.of(Fault.fail(
                                "PATIENT_ON_BOTH_SIDES",
                                "site",
                                site,
                                "patients",
                                both,
                                "one",
                                pair.get(0),
                                "other",
                                pair.get(1))
                        .measuring("overlap", both));
            }
        }
        if (splits.repeated(site) > 0) {
            return Optional.of(Fault.fail("PATIENT_REPEATED", "site", site, "rows", splits.repeated(site)));
        }
        return Splits.empty(splits, site);
    }
}
