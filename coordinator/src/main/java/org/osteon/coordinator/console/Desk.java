package org.osteon.coordinator.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.console.account.Person;
import org.osteon.console.page.Frame;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;

/**
 * Who asks, in a browser or by a program, what they may see, and the note in the log that they saw it. Pages and the
 * REST API ask here and nowhere else.
 */
public final class Desk {
    private static final String REGULATOR = "regulator";

    private final String federation;
    private final Studies studies;
    private final Assignments assignments;
    private final Timeline timeline;
    private final HubAccessLog log;

    Desk(String federation, Studies studies, Assignments assignments, Timeline timeline, HubAccessLog log) {
        this.federation = federation;
        this.studies = studies;
        this.assignments = assignments;
        this.timeline = timeline;
        this.log = log;
    }

    /** Who is signed in; a page of this package is never reached without. */
    public Person person() {
        Person person = Frame.person();
        if (person == null || !person.federation().equals(federation)) {
            throw CallException.refused("NOT_SIGNED_IN", "nobody is signed in");
        }
        return person;
    }

    /** The federation that this hub serves. */
    String federation() {
        return federation;
    }

    /** Whether the person sees a study at all. */
    public boolean sees(Study study) {
        Person person = person();
        return !REGULATOR.equals(person.role()) || assignments.has(study, person.name());
    }

    /** Whether the person sees a run. */
    public boolean sees(RunRecord run) {
        return study(run).map(this::sees).orElseGet(this::seesUngoverned);
    }

    /** Whether the person sees a model version. */
    public boolean sees(ModelVersion version) {
        return study(version).map(this::sees).orElseGet(this::seesUngoverned);
    }

    /** The study of a run; an ungoverned run has none. */
    public Optional<Study> study(RunRecord run) {
        return run.governed() ? studies.find(run.study().hex()).map(SignedDocument::document) : Optional.empty();
    }

    /** The study of a model version; that of an ungoverned run has none. */
    public Optional<Study> study(ModelVersion version) {
        return version.governed()
                ? studies.find(version.study().hex()).map(SignedDocument::document)
                : Optional.empty();
    }

    /** The studies that the person sees, newest first, by digest. */
    Map<String, Study> studies() {
        Map<String, Study> seen = new LinkedHashMap<>();
        seen(studies.all().stream().map(SignedDocument::document).toList())
                .forEach(study -> seen.put(study.digest().hex(), study));
        return seen;
    }

    /** Those of these studies that the person sees. */
    List<Study> seen(List<Study> studies) {
        Person person = person();
        if (!REGULATOR.equals(person.role())) {
            return studies;
        }
        Set<String> names = assignments.names(person.name());
        return studies.stream().filter(study -> names.contains(study.name())).toList();
    }

    /** A study's data is about to be shown: refuses, or notes it in the log. */
    public void shows(Study study, String page) {
        if (!sees(study)) {
            throw CallException.absent(
                    "STUDY_NOT_ASSIGNED", "this study is not assigned to you; the operator assigns studies");
        }
        log.looked(person(), study.digest().hex(), page);
    }

    /** A run is about to be shown: refuses, or notes it in the log. */
    public void shows(RunRecord run, String page) {
        study(run).ifPresent(study -> shows(study, page));
        if (!run.governed() && !seesUngoverned()) {
            throw CallException.absent(
                    "STUDY_NOT_ASSIGNED", "an ungoverned run has no study that could be assigned to you");
        }
    }

    /** A model version is about to be shown: refuses, or notes it in the log. */
    public void shows(ModelVersion version, String page) {
        Optional<Study> study = study(version);
        study.ifPresent(known -> shows(known, page));
        if (study.isEmpty() && !seesUngoverned()) {
            throw CallException.absent(
                    "STUDY_NOT_ASSIGNED", "a model of an ungoverned run has no study that could be assigned to you");
        }
    }

    /** An event is about to be shown: refuses, or notes it in the log and says which study it is about. */
    public Study shows(Event event) {
        Study study = studies.all().stream()
                .map(SignedDocument::document)
                .filter(this::sees)
                .filter(known -> timeline.about(known, event))
                .findFirst()
                .orElseThrow(() -> CallException.absent(
                        "EVENT_UNKNOWN", "no event " + event.seq() + " of a study that you look at"));
        shows(study, "event");
        return study;
    }

    /** Whether the person sees what belongs to no study. */
    boolean seesUngoverned() {
        return !REGULATOR.equals(person().role());
    }
}
