package org.osteon.protocol.document;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.time.Instant;
import java.util.List;

/**
 * An approval: what a site may do for one study, on one snapshot, for one hub, within limits. Without a valid one the
 * agent refuses every instruction.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param trustRoot identity of the hub's {@link FederationRoot}
 * @param study the study version
 * @param site the site
 * @param snapshot commitment to the snapshot, see {@link Manifest#commitment}
 * @param agentRelease the agent software approved, such as {@code osteon-site/0.1.0}
 * @param epsilon most that may be spent under this capsule; 0 for an exact plan
 * @param delta at this δ
 * @param rounds instructions of kind train at most
 * @param releases names from the study that may leave
 * @param purpose the study's purpose, repeated so that the signature covers what was read
 * @param waivers codes of site rules the officer waives here, such as {@code SMALL_CELL}
 * @param notBefore valid from
 * @param notAfter valid until, exclusive
 * @param decided when it was signed
 * @param data the patients and columns that the app of a foreign run may read: one cohort or, where it is left out,
 *     none; always left out for a study, which has its own
 */
public record Capsule(
        String schema,
        String federation,
        Digest trustRoot,
        Digest study,
        String site,
        Digest snapshot,
        String agentRelease,
        double epsilon,
        double delta,
        int rounds,
        List<String> releases,
        String purpose,
        List<String> waivers,
        Instant notBefore,
        Instant notAfter,
        Instant decided,

        @JacksonInject(value = CanonicalJson.NO_DATA, useInput = OptBoolean.TRUE)
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<Study.Cohort> data)
        implements Decision {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.capsule/1";

    /** Checks limits and the order of times. */
    public Capsule {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("site", site);
        Require.text("agentRelease", agentRelease, 100);
        Require.range("epsilon", epsilon, 0, 1e6);
        Require.range("delta", delta, 0, 0.1);
        Require.range("rounds", rounds, 1, 100_000);
        releases = List.copyOf(releases);
        Require.size("releases", releases, 1, 256);
        Require.text("purpose", purpose, 4000);
        waivers = List.copyOf(waivers);
        Require.size("waivers", waivers, 0, 16);
        Require.hold(notBefore.isBefore(notAfter), "VALIDITY_EMPTY", "notBefore must be earlier than notAfter");
        data = List.copyOf(data);
        Require.size("data", data, 0, 1);
    }

    /** An approval that names no data of its own. */
    public Capsule(
            String schema,
            String federation,
            Digest trustRoot,
            Digest study,
            String site,
            Digest snapshot,
            String agentRelease,
            double epsilon,
            double delta,
            int rounds,
            List<String> releases,
            String purpose,
            List<String> waivers,
            Instant notBefore,
            Instant notAfter,
            Instant decided) {
        this(
                schema,
                federation,
                trustRoot,
                study,
                site,
                snapshot,
                agentRelease,
                epsilon,
                delta,
                rounds,
                releases,
                purpose,
                waivers,
                notBefore,
                notAfter,
                decided,
                List.of());
    }
}
