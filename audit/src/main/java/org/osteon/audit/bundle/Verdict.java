package org.osteon.audit.bundle;

import java.util.List;

/**
 * What checking a bundle came to.
 *
 * @param outcome the answer
 * @param findings why it is not {@link Outcome#VERIFIED}, first found first; empty for verified
 */
public record Verdict(Outcome outcome, List<Finding> findings) {
    /** Takes a copy. */
    public Verdict {
        findings = List.copyOf(findings);
    }

    /** The answer. */
    public enum Outcome {
        /** Everything holds, against a trust document from outside. */
        VERIFIED,
        /** Consistent in itself, but nothing says whose keys count. */
        UNANCHORED,
        /** Something does not hold. */
        FAILED
    }

    /**
     * One thing that does not hold.
     *
     * @param code stable code, such as {@code FILE_DIGEST}
     * @param where file name inside the bundle, container part, or document
     */
    public record Finding(String code, String where) {}
}
