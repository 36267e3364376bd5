package org.osteon.coordinator.console.api;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.audit.event.Event;
import org.osteon.console.api.Api;
import org.osteon.console.api.ApiException;
import org.osteon.coordinator.console.Desk;
import org.osteon.coordinator.console.Timeline;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Study;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** What happened in a study, event by event, each with the proof that the log holds it. */
@Api
final class EventApi {
    private static final String JSON = "application/json";
    private static final String PLACE = "0|[1-9][0-9]{0,14}";
    private static final String EVENTS = HubApi.BASE + "/events";

    private final Desk desk;
    private final Studies studies;
    private final Timeline timeline;
    private final HubEvents events;

    EventApi(Desk desk, Studies studies, Timeline timeline, HubEvents events) {
        this.desk = desk;
        this.studies = studies;
        this.timeline = timeline;
        this.events = events;
    }

    /** The events of a study, newest first; the cursor is the number of the last one before. */
    @GetMapping(EVENTS)
    ResponseEntity<byte[]> list(HttpServletRequest request) {
        Question question = Question.of(request, JSON, "study", "type", "limit", "cursor");
        String digest = question.digest("study")
                .orElseThrow(() -> ApiException.malformed("the query parameter study is owed: " + Digests.MEANING));
        String type = question.text("type", "[a-z]{1,32}(-[a-z]{1,32}){0,7}", "an event type such as round-closed")
                .orElse("");
        int limit = question.number("limit", 1, Timeline.MOST).orElse(Lists.USUAL);
        long before = question.text("cursor", PLACE, "a value that an answer gave as next")
                .map(Long::parseLong)
                .orElse(Long.MAX_VALUE);
        Study study = studies.get(digest).document();
        desk.shows(study, "api-timeline");
        List<Event> found = timeline.of(study, before, type);
        List<Event> page = found.subList(0, Math.min(limit, found.size()));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("items", page.stream().map(CanonicalJson::tree).toList());
        if (page.size() < found.size() || found.size() == Timeline.MOST) {
            view.put("next", Long.toString(page.get(page.size() - 1).seq()));
        }
        return Answer.of(view);
    }

    @GetMapping(EVENTS + "/{seq}")
    ResponseEntity<byte[]> show(HttpServletRequest request, @PathVariable("seq") String seq) {
        Question.of(request, JSON);
        Event event = get(seq);
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("event", CanonicalJson.tree(event));
        view.put("study", desk.shows(event).digest().hex());
        view.put("proof", proof(event));
        return Answer.of(view);
    }

    /** The proof as a file that any C2SP tlog verifier reads. */
    @GetMapping(EVENTS + "/{seq}/proof")
    ResponseEntity<byte[]> proof(HttpServletRequest request, @PathVariable("seq") String seq) {
        Question.of(request, "text/plain");
        Event event = get(seq);
        desk.shows(event);
        return Answer.file(
                proof(event).getBytes(StandardCharsets.UTF_8),
                "event-" + event.seq() + ".tlog-proof",
                "text/plain;charset=UTF-8");
    }

    private Event get(String seq) {
        if (!seq.matches(PLACE)) {
            throw ApiException.malformed("an event is named by its number in the log");
        }
        return timeline.get(Long.parseLong(seq));
    }

    private String proof(Event event) {
        return new String(events.proof(event.seq()).bytes(), StandardCharsets.UTF_8);
    }
}
