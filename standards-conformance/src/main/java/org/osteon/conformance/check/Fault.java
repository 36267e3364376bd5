package org.osteon.conformance.check;

import java.util.Map;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Phrase;

/**
 * Why a check does not pass.
 *
 * @param outcome FAIL when the evidence contradicts the requirement, INCONCLUSIVE when it is not enough, NOT_APPLICABLE
 *     when there is nothing to judge
 * @param measured measured values, by name
 * @param fact the fact the verdict rests on
 */
record Fault(Outcome outcome, Map<String, String> measured, Phrase fact) {
    static Fault fail(String code, Object... values) {
        return new Fault(Outcome.FAIL, Map.of(), Phrase.of(code, values));
    }

    static Fault inconclusive(String code, Object... values) {
        return new Fault(Outcome.INCONCLUSIVE, Map.of(), Phrase.of(code, values));
    }

    static Fault notApplicable(String code, Object... values) {
        return new Fault(Outcome.NOT_APPLICABLE, Map.of(), Phrase.of(code, values));
    }

    /** The same with what was measured. */
    Fault measuring(Object... namesAndValues) {
        return new Fault(outcome, Phrase.values(namesAndValues), fact);
    }

    Fault measuring(Map<String, String> values) {
        return new Fault(outcome, values, fact);
    }
}
