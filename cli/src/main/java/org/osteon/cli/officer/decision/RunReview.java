package org.osteon.cli.officer.decision;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;

/**
 * A foreign run as an officer may decide about it: the document that the agent derived, its digest recomputed from the
 * bytes, of this site and federation. That the SuperLink really runs this stays the agent's word.
 *
 * @param run what the run asks
 * @param root the hub
 * @param site the site
 * @param facts what the agent says
 */
public record RunReview(SignedDocument<HostedRun> run, FederationRoot root, String site, JsonNode facts) {
    /** Whether the bytes that an agent shows are a foreign run. */
    public static boolean is(byte[] shown) {
        return HostedRun.SCHEMA.equals(SignedDocument.schemaOf(shown));
    }

    /**
     * Fetches and checks.
     *
     * @throws CliException where the bytes or the agent's words are not what they must be
     */
    public static RunReview fetch(Desk desk, FederationRoot root, String site, String reference) {
        SignedDocument<HostedRun> run = run(desk, reference);
        JsonNode facts = desk.facts(run.digest().hex());
        StudyReview.same("study", run.digest().hex(), facts);
        StudyReview.same("site", run.document().site(), facts);
        StudyReview.same("site", site, facts);
        StudyReview.same("trustRoot", root.digest().hex(), facts);
        return new RunReview(run, root, site, facts);
    }

    /** The run alone, its digest recomputed from the bytes. */
    public static SignedDocument<HostedRun> run(Desk desk, String reference) {
        SignedDocument<HostedRun> run = SignedDocument.read(desk.study(reference), HostedRun.class);
        if (!run.digest().hex().startsWith(reference)) {
            throw new CliException(
                    ExitCode.DOES_NOT_HOLD, "error.study.other", run.digest().brief(), reference);
        }
        return run;
    }

    /**
     * An approval of exactly this, here and now; it spends no budget, since nothing of it is noised.
     *
     * @param types message types that the app may be asked; the run's first when empty
     * @param numbers single numbers that may leave of an answer without arrays beside the number of examples
     * @param data the rows that the app may read: one cohort or none
     */
    public Capsule capsule(
            int rounds,
            List<String> types,
            List<String> numbers,
            List<String> waivers,
            List<Study.Cohort> data,
            Instant now,
            Instant until) {
        HostedRun asked = run.document();
        if (facts.path("snapshot").asText().isEmpty()) {
            throw new CliException(ExitCode.REFUSED, "error.snapshot.none", site);
        }
        return new Capsule(
                Capsule.SCHEMA,
                root.federation(),
                root.digest(),
                run.digest(),
                site,
                new Digest(facts.path("snapshot").asText()),
                facts.path("agentRelease").asText(),
                0,
                0,
                rounds,
                releases(types, numbers),
                asked.purpose(),
                waivers,
                now,
                until,
                now,
                data);
    }

    private List<String> releases(List<String> types, List<String> numbers) {
        try {
            HostedRun asked = run.document();
            return asked.releases(types.isEmpty() ? asked.messageTypes().subList(0, 1) : types, numbers);
        } catch (DocumentException e) {
            throw CliException.wrongCall(
                    "error.types.hosted",
                    String.join(", ", run.document().messageTypes()),
                    Integer.toString(HostedRun.MOST_NUMBERS));
        }
    }

    /** A refusal; it stays at the site. */
    public Refusal refusal(String reason, Instant now) {
        return new Refusal(Refusal.SCHEMA, root.federation(), run.digest(), site, reason, now);
    }

    /** A revocation of the approval in force. */
    public Revocation revocation(String reason, Instant now) {
        String capsule = facts.path("capsule").asText("");
        if (capsule.isEmpty()) {
            throw new CliException(
                    ExitCode.REFUSED, "error.capsule.none", run.digest().brief());
        }
        return new Revocation(
                Revocation.SCHEMA, root.federation(), run.digest(), site, new Digest(capsule), reason, now);
    }
}
