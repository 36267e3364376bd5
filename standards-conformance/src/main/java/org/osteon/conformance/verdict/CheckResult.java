package org.osteon.conformance.verdict;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;

/**
 * One requirement, from what was asked to the digest of what it was judged on; codes and values, no sentence.
 *
 * @param check identifier, such as {@code D-01}
 * @param requirement key of the requirement, in our own words
 * @param method key of what is computed
 * @param limit the declared limit, or the rule where the check takes none
 * @param measured measured values by name
 * @param outcome the verdict
 * @param facts the fact that a verdict other than PASS rests on, else empty
 * @param evidence what was looked at
 * @param evidenceDigest SHA-256 of the canonical JSON of {@code evidence}
 */
public record CheckResult(
        String check,
        String requirement,
        String method,
        Phrase limit,
        Map<String, String> measured,
        Outcome outcome,
        List<Phrase> facts,
        List<EvidenceItem> evidence,
        Digest evidenceDigest) {
    /** Refuses a verdict other than PASS that rests on nothing, a PASS with a fact against it, and another digest. */
    public CheckResult {
        measured = Collections.unmodifiableSortedMap(new TreeMap<>(measured));
        facts = List.copyOf(facts);
        evidence = List.copyOf(evidence);
        if ((outcome == Outcome.PASS) != facts.isEmpty()) {
            throw new DocumentException(
                    "VERDICT_MALFORMED",
                    "check " + check + " has outcome " + outcome + " and " + facts.size() + " facts against it");
        }
        if (!evidenceDigest.equals(digest(evidence))) {
            throw new DocumentException(
                    "VERDICT_MALFORMED", "the evidence digest of check " + check + " is not that of its evidence");
        }
    }

    /** A result whose digest is computed, its requirement and method named by the check. */
    public static CheckResult of(
            String check,
            Phrase limit,
            Map<String, String> measured,
            Outcome outcome,
            List<Phrase> facts,
            List<EvidenceItem> evidence) {
        return new CheckResult(
                check,
                "requirement." + check,
                "method." + check,
                limit,
                measured,
                outcome,
                facts,
                evidence,
                digest(evidence));
    }

    private static Digest digest(List<EvidenceItem> evidence) {
        return Digest.of(CanonicalJson.write(evidence));
    }
}
