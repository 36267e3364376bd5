package org.osteon.conformance.verdict;

/** What a check found. */
public enum Outcome {
    /** The requirement holds. */
    PASS,
    /** It does not. */
    FAIL,
    /** Too few data, or evidence missing. */
    INCONCLUSIVE,
    /** It does not apply here, for a stated reason. */
    NOT_APPLICABLE,
    /** Nobody assessed it. */
    NOT_ASSESSED
}
