package org.osteon.cli.officer.decision;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Revocation;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;

/**
 * A study as an officer may decide about it: its digest recomputed from the bytes, the hub's signature held, and what
 * the agent says of itself fitting to site and hub. Patients, budget and snapshot stay the agent's word.
 *
 * @param study the study with the hub's signature
 * @param root the hub
 * @param site the site
 * @param facts what the agent says
 */
public record StudyReview(SignedDocument<Study> study, FederationRoot root, String site, JsonNode facts) {

    /**
     * Fetches and checks.
     *
     * @param reference digest or its first digits; the bytes must have it
     * @throws CliException where the bytes or the agent's words are not what they must be
     */
    public static StudyReview fetch(Desk desk, FederationRoot root, String site, String reference) {
        SignedDocument<Study> study = study(desk, root, reference);
        JsonNode facts = desk.facts(study.digest().hex());
        same("study", study.digest().hex(), facts);
        same("site", site, facts);
        same("trustRoot", root.digest().hex(), facts);
        return new StudyReview(study, root, site, facts);
    }

    /** The study alone, checked in the same way. */
    public static SignedDocument<Study> study(Desk desk, FederationRoot root, String reference) {
        SignedDocument<Study> study = SignedDocument.read(desk.study(reference), Study.class);
        if (!study.digest().hex().startsWith(reference)) {
            throw new CliException(
                    ExitCode.DOES_NOT_HOLD, "error.study.other", study.digest().brief(), reference);
        }
        if (!study.document().federation().equals(root.federation()) || !study.signedBy(root.hub())) {
            throw new CliException(
                    ExitCode.DOES_NOT_HOLD,
                    "error.study.unsigned",
                    study.digest().brief(),
                    root.hub().fingerprint());
        }
        return study;
    }

    static void same(String member, String expected, JsonNode facts) {
        String said = facts.path(member).asText();
        if (!said.equals(expected)) {
            throw new CliException(ExitCode.DOES_NOT_HOLD, "error.facts.foreign", member, said, expected);
        }
    }

    /** The study's identity. */
    public Digest digest() {
        return study.digest();
    }

    /** An approval of exactly this, here and now. */
    public Capsule capsule(double epsilon, int rounds, List<String> waivers, Instant now, Instant until) {
        Study asked = study.document();
        if (facts.path("snapshot").asText().isEmpty()) {
            throw new CliException(ExitCode.REFUSED, "error.snapshot.none", site);
        }
        return new Capsule(
                Capsule.SCHEMA,
                asked.federation(),
                root.digest(),
                digest(),
                site,
                new Digest(facts.path("snapshot").asText()),
                facts.path("agentRelease").asText(),
                epsilon,
                asked.privacy().delta(),
                rounds,
                asked.releases().stream().map(Study.ReleaseItem::name).toList(),
                asked.purpose(),
                waivers,
                now,
                until,
                now);
    }

    /** A refusal with the reason the hub will read. */
    public Refusal refusal(String reason, Instant now) {
        return new Refusal(Refusal.SCHEMA, study.document().federation(), digest(), site, reason, now);
    }

    /** A revocation of the approval in force. */
    public Revocation revocation(String reason, Instant now) {
        String capsule = facts.path("capsule").asText("");
        if (capsule.isEmpty()) {
            throw new CliException(ExitCode.REFUSED, "error.capsule.none", digest().brief());
        }
        return new Revocation(
                Revocation.SCHEMA, study.document().federation(), digest(), site, new Digest(capsule), reason, now);
    }

    /** How many officers this site wants under an approval, as the agent says. */
    public int officersNeeded() {
        return Math.max(1, facts.path("policy").path("officersNeeded").asInt(1));
    }
}
