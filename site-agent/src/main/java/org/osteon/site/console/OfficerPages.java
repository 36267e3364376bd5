package org.osteon.site.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.PatientRef;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.egress.Specimens;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.snapshot.Snapshots;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What waits for the data officer, and everything to decide by; the decision itself is signed elsewhere. */
@Controller
final class OfficerPages {
    private static final int PREVIEW_ROWS = 5;

    private final Desk desk;
    private final Approvals approvals;
    private final SiteFolder site;
    private final SiteAccessLog log;
    private final BudgetBar bar;
    private final Specimens specimens;
    private final Snapshots snapshots;

    OfficerPages(
            Desk desk,
            Approvals approvals,
            SiteFolder site,
            SiteAccessLog log,
            BudgetBar bar,
            Specimens specimens,
            Snapshots snapshots) {
        this.desk = desk;
        this.snapshots = snapshots;
        this.specimens = specimens;
        this.bar = bar;
        this.approvals = approvals;
        this.site = site;
        this.log = log;
    }

    /**
     * A study in the inbox, oldest first.
     *
     * @param review what {@code officer review} answers
     * @param superseded whether a later version names it as its predecessor
     */
    record Line(Study study, String digest, Map<String, Object> review, boolean superseded) {}

    @GetMapping("/inbox")
    String inbox(Model model) {
        List<Line> waiting = new ArrayList<>();
        List<Line> decided = new ArrayList<>();
        List<SignedDocument<Study>> all = approvals.all();
        for (SignedDocument<Study> signed : all) {
            String digest = signed.digest().hex();
            boolean superseded =
                    all.stream().anyMatch(other -> other.document().previous().equals(digest));
            Line line = new Line(signed.document(), digest, review(digest), superseded);
            ("open".equals(line.review().get("decision")) && !superseded ? waiting : decided).add(line);
        }
        model.addAttribute(
                "status", desk.ask((service, observer) -> service.status(Empty.getDefaultInstance(), observer)));
        model.addAttribute("waiting", waiting);
        model.addAttribute("decided", decided);
        return "site/inbox";
    }

    @GetMapping("/studies/{study}")
    String review(@PathVariable("study") String reference, Model model) {
        SignedDocument<Study> signed = approvals.get(reference);
        Study study = signed.document();
        String digest = signed.digest().hex();
        log.looked(desk.person(), digest, "review");
        Map<String, Object> review = review(digest);
        model.addAttribute("study", study);
        model.addAttribute("digest", digest);
        model.addAttribute("review", review);
        model.addAttribute("bar", "open".equals(review.get("decision")) ? bar.of(review) : bar.spent(budget()));
        model.addAttribute("folder", site.folder().getFileName().toString());
        model.addAttribute("specimens", shown(specimens.of(study)));
        model.addAttribute("text", new String(study.canonical(), StandardCharsets.UTF_8));
        return "site/review";
    }

    /** A few rows as the study would see them; shown to the officer alone, and never part of anything that leaves. */
    @GetMapping("/studies/{study}/preview")
    String preview(@PathVariable("study") String reference, Model model) {
        SignedDocument<Study> signed = approvals.get(reference);
        log.looked(desk.person(), signed.digest().hex(), "preview");
        model.addAttribute("study", signed.document());
        model.addAttribute("digest", signed.digest().hex());
        model.addAttribute("columns", review(signed.digest().hex()).get("columns"));
        try {
            model.addAttribute(
                    "preview",
                    snapshots.preview(
                            signed.document(), site.settings().policy().k(), PREVIEW_ROWS));
        } catch (CohortSource.CohortUnavailable e) {
            model.addAttribute("unavailable", e.reason().code());
        }
        return "site/preview";
    }

    @GetMapping("/studies/{study}/document")
    ResponseEntity<byte[]> document(@PathVariable("study") String reference) {
        SignedDocument<Study> signed = approvals.get(reference);
        log.looked(desk.person(), signed.digest().hex(), "document");
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header(
                        "Content-Disposition",
                        "attachment; filename=study-" + signed.digest().hex().substring(0, 8) + ".json")
                .body(signed.bytes());
    }

    @GetMapping("/patients")
    String patients(Model model) {
        model.addAttribute("folder", site.folder().getFileName().toString());
        return "site/patients";
    }

    /** The answer for one patient; the identifier comes in the body, and stands in no address, log or event. */
    @PostMapping("/patients")
    String patient(@RequestParam("patient") String patient, Model model) {
        model.addAttribute(
                "found",
                desk.ask((service, observer) -> service.findPatient(
                        PatientRef.newBuilder().setPatient(patient.strip()).build(), observer)));
        return patients(model);
    }

    /**
     * What may leave, as it is shown.
     *
     * @param bytes how many all parts have
     */
    record Shown(String type, String occasion, List<String> fields, long bytes, List<ShownPart> parts) {}

    /** Some bytes as they are shown. */
    record ShownPart(String name, long bytes, String readable, String hex) {}

    private static List<Shown> shown(List<Specimens.Specimen> specimens) {
        return specimens.stream()
                .map(specimen -> new Shown(
                        specimen.type(),
                        specimen.occasion(),
                        specimen.fields(),
                        specimen.parts().stream()
                                .mapToLong(part -> part.bytes().length)
                                .sum(),
                        specimen.parts().stream()
                                .map(part -> new ShownPart(
                                        part.name(), part.bytes().length, part.readable(), HexDump.of(part.bytes())))
                                .toList()))
                .toList();
    }

    private Map<String, Object> budget() {
        return desk.ask((service, observer) -> service.budget(Empty.getDefaultInstance(), observer));
    }

    private Map<String, Object> review(String study) {
        return desk.ask((service, observer) ->
                service.review(StudyRef.newBuilder().setStudy(study).build(), observer));
    }
}
