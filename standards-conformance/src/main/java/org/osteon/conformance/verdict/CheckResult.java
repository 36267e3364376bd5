package org.osteon.conformance.verdict;

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
        String check, String requirement, String method, String limit, String measured, Outcome outcome, String fact) {}
