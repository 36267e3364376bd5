package org.osteon.conformance.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Phrase;

/**
 * What a check came to.
 *
 * @param limit the declared limit, or the rule
 * @param measured measured values, by name
 * @param fault why it does not pass, or nothing
 * @param evidence what was looked at
 */
record Judgement(Phrase limit, Map<String, String> measured, Optional<Fault> fault, List<EvidenceItem> evidence) {
    static Judgement pass(Phrase limit, Map<String, String> measured, List<EvidenceItem> evidence) {
        return new Judgement(limit, measured, Optional.empty(), evidence);
    }

    static Judgement of(Phrase limit, Fault fault, List<EvidenceItem> evidence) {
        return new Judgement(limit, fault.measured(), Optional.of(fault), evidence);
    }

    CheckResult result(String check) {
        return CheckResult.of(
                check,
                limit,
                measured,
                fault.map(Fault::outcome).orElse(Outcome.PASS),
                fault.stream().map(Fault::fact).toList(),
                evidence);
    }
}
