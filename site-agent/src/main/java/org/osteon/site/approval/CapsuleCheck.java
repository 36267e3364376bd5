package org.osteon.site.approval;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.VerificationKey;

/** Whether a capsule gives this agent, here and now, for this study and snapshot, the right to act. */
public final class CapsuleCheck {
    private final String site;
    private final String federation;
    private final String agentRelease;
    private final List<VerificationKey> officers;
    private final int needed;

    /**
     * A check for this agent; {@code officers} are the only keys whose signature counts, and {@code needed} of them
     * must have signed a capsule.
     */
    public CapsuleCheck(
            String site, String federation, String agentRelease, List<VerificationKey> officers, int needed) {
        this.site = site;
        this.federation = federation;
        this.agentRelease = agentRelease;
        this.officers = List.copyOf(officers);
        this.needed = needed;
    }

    /** Whether a known officer signed. */
    public boolean signedByOfficer(SignedDocument<?> decision) {
        return officers.stream().anyMatch(decision::signedBy);
    }

    /** The refusal code, or nothing when the capsule binds exactly this. */
    public Optional<String> objection(
            SignedDocument<Capsule> signed,
            Study study,
            Digest trustRoot,
            Digest snapshot,
            Instant now,
            Optional<Duration> clockBelowMark) {
        return objection(
                signed,
                study.digest(),
                study.releases().stream().map(Study.ReleaseItem::name).toList(),
                wider(signed.document(), study),
                trustRoot,
                snapshot,
                now,
                clockBelowMark);
    }

    /** The refusal code, or nothing when the capsule binds exactly this foreign run. */
    public Optional<String> objection(
            SignedDocument<Capsule> signed,
            HostedRun run,
            Digest trustRoot,
            Digest snapshot,
            Instant now,
            Optional<Duration> clockBelowMark) {
        Capsule capsule = signed.document();
        boolean wider = capsule.epsilon() > 0
                || capsule.delta() > 0
                || capsule.rounds() > run.rounds()
                || !run.declared(capsule.releases());
        boolean covered = run.messageTypes().stream().anyMatch(type -> run.covers(capsule.releases(), type));
        return objection(
                signed,
                run.digest(),
                covered ? List.of() : run.releases(),
                wider,
                trustRoot,
                snapshot,
                now,
                clockBelowMark);
    }

    private Optional<String> objection(
            SignedDocument<Capsule> signed,
            Digest study,
            List<String> releases,
            boolean wider,
            Digest trustRoot,
            Digest snapshot,
            Instant now,
            Optional<Duration> clockBelowMark) {
        Capsule capsule = signed.document();
        if (!signedByOfficer(signed)) {
            return Optional.of("CAPSULE_SIGNER_UNKNOWN");
        }
        if (signed.signers(officers) < needed) {
            return Optional.of("CAPSULE_SIGNERS_TOO_FEW");
        }
        if (!capsule.site().equals(site) || !capsule.federation().equals(federation)) {
            return Optional.of("CAPSULE_FOR_ANOTHER_SITE");
        }
        if (!capsule.trustRoot().equals(trustRoot)) {
            return Optional.of("CAPSULE_FOR_ANOTHER_HUB");
        }
        if (!capsule.study().equals(study)) {
            return Optional.of("CAPSULE_FOR_ANOTHER_STUDY");
        }
        if (!capsule.snapshot().equals(snapshot)) {
            return Optional.of("CAPSULE_FOR_ANOTHER_SNAPSHOT");
        }
        if (!capsule.agentRelease().equals(agentRelease)) {
            return Optional.of("CAPSULE_FOR_ANOTHER_AGENT_RELEASE");
        }
        if (clockBelowMark.isPresent()) {
            return Optional.of("CLOCK_BELOW_MARK");
        }
        if (now.isBefore(capsule.notBefore())) {
            return Optional.of("CAPSULE_NOT_YET_VALID");
        }
        if (!now.isBefore(capsule.notAfter())) {
            return Optional.of("CAPSULE_EXPIRED");
        }
        if (!capsule.releases().containsAll(releases)) {
            return Optional.of("RELEASE_NOT_APPROVED");
        }
        if (wider) {
            return Optional.of("CAPSULE_WIDER_THAN_STUDY");
        }
        return Optional.empty();
    }

    /**
     * Whether it allows more than the study asks: a larger ε or δ, more rounds, data of its own, or a release the study
     * does not name.
     */
    private static boolean wider(Capsule capsule, Study study) {
        return capsule.epsilon() > study.privacy().epsilon()
                || capsule.delta() > study.privacy().delta()
                || capsule.rounds() > study.plan().rounds()
                || !capsule.data().isEmpty()
                || !study.releases().stream()
                        .map(Study.ReleaseItem::name)
                        .toList()
                        .containsAll(capsule.releases());
    }
}
