package org.osteon.protocol.document;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a site's policy evaluator answers to a study before anybody is asked to approve it; the same evaluator enforces
 * later.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version
 * @param site the site
 * @param verdict {@code would-accept} or {@code would-refuse}
 * @param reasons why not, empty for would-accept
 * @param answered when
 */
public record DryRunAnswer(
        String schema,
        String federation,
        Digest study,
        String site,
        String verdict,
        List<Reason> reasons,
        Instant answered)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.dry-run-answer/1";

    /** Checks that a refusal says why. */
    public DryRunAnswer {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("site", site);
        Require.oneOf("verdict", verdict, List.of("would-accept", "would-refuse"));
        reasons = List.copyOf(reasons);
        Require.hold(
                "would-accept".equals(verdict) == reasons.isEmpty(),
                "ANSWER_MALFORMED",
                "would-refuse needs a reason, would-accept none");
    }

    /**
     * One reason, as a code and values; sentences are made at the edge.
     *
     * @param code such as {@code EPSILON_ABOVE_SITE_CEILING}
     * @param values public values only, such as asked and ceiling
     * @param who the role that can change it: {@code data-officer}, {@code ml-engineer} or {@code operator}
     */
    public record Reason(String code, Map<String, String> values, String who) {
        /** Takes a copy. */
        public Reason {
            Require.hold(code.matches("[A-Z][A-Z0-9_]{2,63}"), "REASON_MALFORMED", "a reason code is upper case");
            values = Map.copyOf(values);
            Require.oneOf("reason.who", who, List.of("data-officer", "ml-engineer", "operator"));
        }
    }
}
