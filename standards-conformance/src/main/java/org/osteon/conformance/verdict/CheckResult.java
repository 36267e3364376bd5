package org.osteon.conformance.verdict;

import org.osteon.protocol.document.DocumentException;

/**
 * One requirement with its verdict.
 *
 * @param check identifier, such as {@code D-01}
 * @param requirement in our own words
 * @param method what was computed
 * @param limit declared limit, as text
 * @param measured measured value, as text
 * @param outcome the verdict
 * @param fact the fact a verdict other than PASS rests on, else empty
 */
public record CheckResult(
        String check, String requirement, String method, String limit, String measured, Outcome outcome, String fact) {
    /** Refuses a verdict other than PASS that rests on nothing, and a PASS with a fact against it. */
    public CheckResult {
        if ((outcome == Outcome.PASS) != fact.isEmpty()) {
            throw new DocumentException(
                    "VERDICT_MALFORMED",
                    "check " + check + " has outcome " + outcome + " and the fact \"" + fact + "\"");
        }
    }
}
