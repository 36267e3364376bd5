package org.osteon.coordinator.console;

import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.Study;

/** Which regulator looks at which study, over all the study's versions. */
final class Assignments {
    private final HubStore store;
    private final HubEvents events;
    private final Studies studies;
    private final Clock clock;

    Assignments(HubStore store, HubEvents events, Studies studies, Clock clock) {
        this.store = store;
        this.events = events;
        this.studies = studies;
        this.clock = clock;
    }

    /** Assigns a study to a regulator; by whom is logged. */
    void assign(Study study, String person, String operator) {
        store.writeNow(sql -> {
            int added = sql.sql(
                            "INSERT INTO assignment(study, person, assigned) VALUES (?, ?, ?) ON CONFLICT (study, person) DO NOTHING")
                    .params(study.name(), person, clock.millis())
                    .update();
            if (added == 1) {
                events.add(
                        sql,
                        EventDraft.of(EventType.REGULATOR_ASSIGNED, operator, "operator")
                                .about(person)
                                .ref("study", study.digest()));
            }
            return added;
        });
    }

    /** Who looks at a study. */
    List<String> regulators(Study study) {
        return store.read(sql -> sql.sql("SELECT person FROM assignment WHERE study = ? ORDER BY person")
                .param(study.name())
                .query((row, n) -> row.getString(1))
                .list());
    }

    /** The names of the studies that a regulator looks at. */
    Set<String> names(String person) {
        return Set.copyOf(store.read(sql -> sql.sql("SELECT study FROM assignment WHERE person = ?")
                .param(person)
                .query((row, n) -> row.getString(1))
                .list()));
    }

    /** Whether a study is a regulator's. */
    boolean has(Study study, String person) {
        return regulators(study).contains(person);
    }

    /** The studies, newest first, that a regulator looks at. */
    List<Study> of(String person) {
        return studies.all().stream()
                .map(study -> study.document())
                .filter(study -> has(study, person))
                .toList();
    }
}
