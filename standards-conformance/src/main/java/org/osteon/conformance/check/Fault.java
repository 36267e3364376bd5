package org.osteon.conformance.check;

import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Outcome;

/**
 * Why a check does not pass.
 *
 * @param outcome FAIL when the evidence contradicts the requirement, INCONCLUSIVE when it is not enough
 * @param measured measured value, as text, or empty
 * @param fact the fact the verdict rests on
 */
record Fault(Outcome outcome, String measured, String fact) {
    static Fault fail(String fact) {
        return new Fault(Outcome.FAIL, "", fact);
    }

    static Fault fail(String measured, String fact) {
        return new Fault(Outcome.FAIL, measured, fact);
    }

    static Fault inconclusive(String fact) {
        return new Fault(Outcome.INCONCLUSIVE, "", fact);
    }

    CheckResult of(String check, String requirement, String method, String limit) {
        return new CheckResult(check, requirement, method, limit, measured, outcome, fact);
    }
}
