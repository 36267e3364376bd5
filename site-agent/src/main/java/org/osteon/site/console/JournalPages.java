package org.osteon.site.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.JournalRequest;
import org.osteon.protocol.words.Csv;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.journal.Journal;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What has left this hospital, entry by entry, per study and per day. */
@Controller
final class JournalPages {
    private static final int MOST = 200;
    private static final List<String> COLUMNS = List.of("time", "type", "digest", "bytes", "to", "capsule", "study");

    private final Desk desk;
    private final Approvals approvals;
    private final HostedRuns hosted;
    private final Journal journal;

    JournalPages(Desk desk, Approvals approvals, HostedRuns hosted, Journal journal) {
        this.desk = desk;
        this.approvals = approvals;
        this.hosted = hosted;
        this.journal = journal;
    }

    @GetMapping("/journal")
    String journal(
            @RequestParam(name = "study", defaultValue = "") String study,
            @RequestParam(name = "type", defaultValue = "") String type,
            @RequestParam(name = "since", defaultValue = "") String since,
            @RequestParam(name = "until", defaultValue = "") String until,
            Model model) {
        Map<String, Object> view = ask(study, type, since, until);
        List<Map<String, Object>> newest = new ArrayList<>(rows(view, "entries"));
        Collections.reverse(newest);
        model.addAttribute("entries", newest.subList(0, Math.min(MOST, newest.size())));
        model.addAttribute("total", newest.size());
        model.addAttribute(
                "bytes",
                newest.stream()
                        .mapToLong(entry -> Long.parseLong(String.valueOf(entry.get("bytes"))))
                        .sum());
        model.addAttribute("days", rows(view, "perDay"));
        model.addAttribute("studies", rows(view, "perStudy"));
        model.addAttribute("types", journal.types());
        model.addAttribute("type", type);
        model.addAttribute("study", study);
        model.addAttribute("since", since);
        model.addAttribute("until", until);
        model.addAttribute("names", names());
        return "site/journal";
    }

    @GetMapping("/journal/recompute")
    String recompute(Model model) {
        model.addAttribute(
                "recomputed",
                desk.ask((service, observer) -> service.verifyJournal(Empty.getDefaultInstance(), observer)));
        return journal("", "", "", "", model);
    }

    @GetMapping("/journal.csv")
    ResponseEntity<byte[]> csv(
            @RequestParam(name = "study", defaultValue = "") String study,
            @RequestParam(name = "type", defaultValue = "") String type,
            @RequestParam(name = "since", defaultValue = "") String since,
            @RequestParam(name = "until", defaultValue = "") String until) {
        StringBuilder csv = new StringBuilder(Csv.line(COLUMNS));
        for (Map<String, Object> entry : rows(ask(study, type, since, until), "entries")) {
            csv.append(Csv.line(COLUMNS.stream()
                    .map(column -> String.valueOf(entry.get(column)))
                    .toList()));
        }
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "csv", StandardCharsets.UTF_8))
                .header("Content-Disposition", "attachment; filename=left-this-hospital.csv")
                .body(csv.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        for (SignedDocument<org.osteon.protocol.document.Study> study : approvals.all()) {
            names.put(
                    study.digest().hex(),
                    study.document().name() + ", " + study.document().version());
        }
        hosted.all()
                .forEach(run -> names.put(
                        run.digest().hex(),
                        run.document().app() + " " + run.document().version()));
        return names;
    }

    private Map<String, Object> ask(String study, String type, String since, String until) {
        JournalRequest request = JournalRequest.newBuilder()
                .setStudy(study)
                .setType(type)
                .setSince(since.isEmpty() ? "" : since + "T00:00:00Z")
                .setUntil(until.isEmpty() ? "" : until + "T00:00:00Z")
                .build();
        return desk.ask((service, observer) -> service.journal(request, observer));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(Map<String, Object> view, String name) {
        return (List<Map<String, Object>>) view.getOrDefault(name, List.of());
    }
}
