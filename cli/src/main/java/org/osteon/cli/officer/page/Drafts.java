package org.osteon.cli.officer.page;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.osteon.cli.officer.decision.StudyReview;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.sign.Signature;

/** The decisions shown and not signed; each is signed at most once, soon, and after few wrong pass-phrases never. */
final class Drafts {
    private static final int MOST = 32;
    private static final int MOST_FAILURES = 5;
    private static final Duration KEPT = Duration.ofMinutes(30);

    private final Clock clock;
    private final Map<String, Draft> drafts = new LinkedHashMap<>();
    private final Map<String, Integer> failures = new LinkedHashMap<>();

    Drafts(Clock clock) {
        this.clock = clock;
    }

    Draft add(Decision decision, List<Signature> before, StudyReview seen) {
        if (drafts.size() >= MOST) {
            drop(drafts.keySet().iterator().next());
        }
        Draft draft = new Draft(UUID.randomUUID().toString(), decision, List.copyOf(before), seen, clock.instant());
        drafts.put(draft.id(), draft);
        return draft;
    }

    Optional<Draft> find(String id) {
        return Optional.ofNullable(drafts.get(id))
                .filter(draft -> draft.made().plus(KEPT).isAfter(clock.instant()));
    }

    /** Notes a gesture that gave no signature; the last one allowed drops the draft. */
    void failed(String id) {
        if (failures.merge(id, 1, Integer::sum) >= MOST_FAILURES) {
            drop(id);
        }
    }

    void drop(String id) {
        drafts.remove(id);
        failures.remove(id);
    }
}
