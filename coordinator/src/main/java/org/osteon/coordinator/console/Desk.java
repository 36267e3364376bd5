package org.osteon.coordinator.console;

import java.util.List;
import java.util.Set;
import org.osteon.console.account.Person;
import org.osteon.console.page.Frame;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Study;

/** Who sits before the page, what they may see of it, and the note in the log that they saw it. */
final class Desk {
    private final String federation;
    private final Assignments assignments;
    private final HubAccessLog log;

    Desk(String federation, Assignments assignments, HubAccessLog log) {
        this.federation = federation;
        this.assignments = assignments;
        this.log = log;
    }

    /** Who is signed in; a page of this package is never reached without. */
    Person person() {
        Person person = Frame.person();
        if (person == null || !person.federation().equals(federation)) {
            throw CallException.refused("NOT_SIGNED_IN", "nobody is signed in");
        }
        return person;
    }

    /** Whether the person sees a study at all. */
    boolean sees(Study study) {
        Person person = person();
        return !"regulator".equals(person.role()) || assignments.has(study, person.name());
    }

    /** Those of these studies that the person sees. */
    List<Study> seen(List<Study> studies) {
        Person person = person();
        if (!"regulator".equals(person.role())) {
            return studies;
        }
        Set<String> names = assignments.names(person.name());
        return studies.stream().filter(study -> names.contains(study.name())).toList();
    }

    /** A study's data is about to be shown: refuses, or notes it in the log. */
    void shows(Study study, String page) {
        if (!sees(study)) {
            throw CallException.absent(
                    "STUDY_NOT_ASSIGNED", "this study is not assigned to you; the operator assigns studies");
        }
        log.looked(person(), study.digest().hex(), page);
    }
}
