package org.osteon.site.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.site.approval.Approvals;
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

    private final Desk desk;
    private final Approvals approvals;

    JournalPages(Desk desk, Approvals approvals) {
        this.desk = desk;
        this.approvals = approvals;
    }

    /**
     * What left on one day, or for one study.
     *
     * @param count how many things
     * @param bytes how many bytes
     */
    record Sum(String name, long count, long bytes) {}

    @GetMapping("/journal")
    String journal(
            @RequestParam(name = "study", defaultValue = "") String study,
            @RequestParam(name = "type", defaultValue = "") String type,
            Model model) {
        List<Map<String, Object>> all = entries(study);
        List<Map<String, Object>> chosen = all.stream()
                .filter(entry -> type.isEmpty() || type.equals(entry.get("type")))
                .toList();
        List<Map<String, Object>> newest = new ArrayList<>(chosen);
        Collections.reverse(newest);
        model.addAttribute("entries", newest.subList(0, Math.min(MOST, newest.size())));
        model.addAttribute("total", chosen.size());
        model.addAttribute(
                "bytes", chosen.stream().mapToLong(JournalPages::bytes).sum());
        model.addAttribute(
                "types",
                new TreeSet<>(all.stream()
                        .map(entry -> String.valueOf(entry.get("type")))
                        .toList()));
        model.addAttribute("type", type);
        model.addAttribute("study", study);
        model.addAttribute("names", names());
        model.addAttribute(
                "days", sums(chosen, entry -> String.valueOf(entry.get("time")).substring(0, 10)));
        model.addAttribute(
                "studies", sums(chosen, entry -> names().getOrDefault(String.valueOf(entry.get("study")), "")));
        return "site/journal";
    }

    @GetMapping("/journal/recompute")
    String recompute(Model model) {
        model.addAttribute(
                "recomputed",
                desk.ask((service, observer) -> service.verifyJournal(Empty.getDefaultInstance(), observer)));
        return journal("", "", model);
    }

    @GetMapping("/journal.csv")
    ResponseEntity<byte[]> csv(@RequestParam(name = "study", defaultValue = "") String study) {
        StringBuilder csv = new StringBuilder("time,type,sha256,bytes,to,capsule,study\r\n");
        for (Map<String, Object> entry : entries(study)) {
            csv.append(String.join(
                            ",",
                            List.of("time", "type", "digest", "bytes", "to", "capsule", "study").stream()
                                    .map(name -> cell(String.valueOf(entry.get(name))))
                                    .toList()))
                    .append("\r\n");
        }
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "csv", StandardCharsets.UTF_8))
                .header("Content-Disposition", "attachment; filename=left-this-hospital.csv")
                .body(csv.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A cell as RFC 4180 has it, and never the beginning of a formula. */
    private static String cell(String text) {
        String safe = text.matches("^[=+\\-@\\t\\r].*") ? "'" + text : text;
        return safe.matches("(?s).*[\",\\r\\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    private Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        for (SignedDocument<org.osteon.protocol.document.Study> study : approvals.all()) {
            names.put(
                    study.digest().hex(),
                    study.document().name() + ", " + study.document().version());
        }
        return names;
    }

    private static List<Sum> sums(
            List<Map<String, Object>> entries, java.util.function.Function<Map<String, Object>, String> by) {
        Map<String, Sum> sums = new TreeMap<>(Collections.reverseOrder());
        for (Map<String, Object> entry : entries) {
            sums.merge(
                    by.apply(entry),
                    new Sum(by.apply(entry), 1, bytes(entry)),
                    (a, b) -> new Sum(a.name(), a.count() + b.count(), a.bytes() + b.bytes()));
        }
        return List.copyOf(sums.values());
    }

    private static long bytes(Map<String, Object> entry) {
        return Long.parseLong(String.valueOf(entry.get("bytes")));
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> entries(String study) {
        Object entries = desk.ask((service, observer) ->
                        service.journal(StudyRef.newBuilder().setStudy(study).build(), observer))
                .get("entries");
        return (List<Map<String, Object>>) Optional.ofNullable(entries).orElse(List.of());
    }
}
