package org.osteon.conformance.check;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;

/** Where a site's log holds the approval that is in force: the snapshot, the study, then the capsule over both. */
final class Approval {
    private final String site;
    private final Capsule capsule;
    private final List<Event> log;

    Approval(String site, Capsule capsule, List<Event> log) {
        this.site = site;
        this.capsule = capsule;
        this.log = log;
    }

    /** The approval of a site, or what of it is missing. */
    static Optional<Fault> missing(RunEvidence evidence, String site) {
        if (!evidence.capsules().containsKey(site)) {
            return Optional.of(Fault.inconclusive("CAPSULE_MISSING", "site", site));
        }
        return evidence.sites().getOrDefault(site, List.of()).isEmpty()
                ? Optional.of(Fault.inconclusive("LOG_MISSING", "site", site))
                : Optional.empty();
    }

    static Approval of(RunEvidence evidence, String site) {
        Capsule capsule = java.util.Objects.requireNonNull(evidence.capsules().get(site), site);
        return new Approval(site, capsule, evidence.sites().getOrDefault(site, List.of()));
    }

    Digest capsule() {
        return capsule.digest();
    }

    /** Entry of the site's log in which the capsule was accepted. */
    OptionalLong accepted() {
        return entry(EventType.CAPSULE_ACCEPTED, "decision", capsule.digest());
    }

    /** Study and snapshot were there before the capsule that binds them was accepted. */
    Optional<Fault> fault(RunEvidence evidence) {
        if (!capsule.study().equals(evidence.study().digest())
                || !capsule.site().equals(site)) {
            return Optional.of(Fault.fail("CAPSULE_OTHER", "site", site));
        }
        OptionalLong accepted = accepted();
        if (accepted.isEmpty()) {
            return Optional.of(Fault.inconclusive("APPROVAL_NOT_LOGGED", "site", site));
        }
        return before(EventType.SNAPSHOT_ADDED, "snapshot", capsule.snapshot(), accepted.orElseThrow())
                .or(() -> before(EventType.STUDY_RECEIVED, "study", capsule.study(), accepted.orElseThrow()));
    }

    private Optional<Fault> before(EventType type, String role, Digest digest, long accepted) {
        OptionalLong entry = entry(type, role, digest);
        if (entry.isEmpty()) {
            return Optional.of(Fault.inconclusive("APPROVED_NOT_LOGGED", "site", site, "event", type.label()));
        }
        return entry.orElseThrow() < accepted
                ? Optional.empty()
                : Optional.of(Fault.fail(
                        "APPROVED_BEFORE",
                        "site",
                        site,
                        "event",
                        type.label(),
                        "entry",
                        entry.orElseThrow(),
                        "accepted",
                        accepted));
    }

    private OptionalLong entry(EventType type, String role, Digest digest) {
        return log.stream()
                .filter(event -> event.type() == type
                        && event.ref(role).filter(digest::equals).isPresent())
                .mapToLong(Event::seq)
                .findFirst();
    }
}
