package org.osteon.coordinator.console;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.registry.SiteLogs;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** What happened in a study, event by event, each with its proof. */
@Controller
final class TimelinePages {
    private final Desk desk;
    private final Studies studies;
    private final Timeline timeline;
    private final HubEvents events;
    private final Counterparts counterparts;
    private final SiteLogs siteLogs;

    TimelinePages(
            Desk desk,
            Studies studies,
            Timeline timeline,
            HubEvents events,
            Counterparts counterparts,
            SiteLogs siteLogs) {
        this.counterparts = counterparts;
        this.siteLogs = siteLogs;
        this.desk = desk;
        this.studies = studies;
        this.timeline = timeline;
        this.events = events;
    }

    @GetMapping("/timeline")
    String list(
            @RequestParam(name = "study", required = false) Optional<String> reference,
            @RequestParam(name = "type", defaultValue = "") String type,
            @RequestParam(name = "before", defaultValue = "" + Long.MAX_VALUE) long before,
            Model model) {
        List<Study> known = studies.all().stream()
                .map(SignedDocument::document)
                .filter(desk::sees)
                .toList();
        model.addAttribute("studies", known);
        model.addAttribute(
                "types", Arrays.stream(EventType.values()).map(EventType::label).toList());
        model.addAttribute("type", type);
        Optional<Study> chosen = reference
                .filter(text -> !text.isEmpty())
                .map(text -> studies.get(text).document())
                .or(() -> known.stream().findFirst());
        chosen.ifPresent(study -> {
            desk.shows(study, "timeline");
            List<Event> page = timeline.of(study, before, type);
            model.addAttribute("study", study);
            model.addAttribute("events", page);
            if (page.size() == Timeline.MOST) {
                model.addAttribute("older", page.get(page.size() - 1).seq());
            }
        });
        return "hub/timeline";
    }

    @GetMapping("/events/{seq}")
    String show(@PathVariable("seq") long seq, Model model) {
        Event event = timeline.get(seq);
        Study study = desk.shows(event);
        model.addAttribute("event", event);
        model.addAttribute("study", study);
        model.addAttribute("text", StudyText.pretty(event));
        model.addAttribute("leaf", new String(event.leaf(), StandardCharsets.UTF_8));
        model.addAttribute("expected", counterparts.expected(event));
        model.addAttribute("sides", counterparts.of(event, study));
        model.addAttribute("proof", proof(seq));
        return "hub/event";
    }

    @GetMapping("/events/{seq}/proof")
    ResponseEntity<String> proofFile(@PathVariable("seq") long seq) {
        desk.shows(timeline.get(seq));
        return ResponseEntity.ok()
                .contentType(MediaType.TEXT_PLAIN)
                .header("Content-Disposition", "attachment; filename=event-" + seq + ".tlog-proof")
                .body(proof(seq));
    }

    /** The proof of a site's own record of the same fact. */
    @GetMapping("/events/{seq}/sites/{site}/{entry}/proof")
    ResponseEntity<String> sitesProof(
            @PathVariable("seq") long seq, @PathVariable("site") String site, @PathVariable("entry") long entry) {
        Event event = timeline.get(seq);
        boolean shown = counterparts.of(event, desk.shows(event)).stream()
                .anyMatch(side -> side.site().equals(site)
                        && side.covered()
                        && side.event().filter(there -> there.seq() == entry).isPresent());
        if (!shown) {
            throw CallException.absent("EVENT_UNKNOWN", "no proof of another side of event " + seq);
        }
        return ResponseEntity.ok()
                .contentType(MediaType.TEXT_PLAIN)
                .header("Content-Disposition", "attachment; filename=" + site + "-" + entry + ".tlog-proof")
                .body(new String(siteLogs.proof(site, entry).bytes(), StandardCharsets.UTF_8));
    }

    private String proof(long seq) {
        return new String(events.proof(seq).bytes(), StandardCharsets.UTF_8);
    }
}
