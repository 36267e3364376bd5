package org.osteon.coordinator.console;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.osteon.console.Console;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.statement.Statements;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Studies: what is asked, who would refuse, who decided what, and the start of a run. */
@Controller
final class StudyPages {
    private static final int DRY_RUN_SECONDS = 10;

    private final Desk desk;
    private final Studies studies;
    private final Rounds rounds;
    private final RunView views;
    private final Assignments assignments;
    private final Statements statements;
    private final Console console;

    StudyPages(
            Desk desk,
            Studies studies,
            Rounds rounds,
            RunView views,
            Assignments assignments,
            Statements statements,
            Console console) {
        this.desk = desk;
        this.studies = studies;
        this.rounds = rounds;
        this.views = views;
        this.assignments = assignments;
        this.statements = statements;
        this.console = console;
    }

    /**
     * A study in the list.
     *
     * @param stage where it stands: {@code awaiting}, {@code decided}, or its newest run's state
     * @param awaited the sites that have not decided
     */
    record Line(Study study, String digest, String stage, List<String> awaited, List<String> refused) {}

    @GetMapping("/studies")
    String list(
            @RequestParam(name = "q", defaultValue = "") String query,
            @RequestParam(name = "page", defaultValue = "1") int page,
            Model model) {
        Map<Digest, RunRecord> newest = new HashMap<>();
        rounds.all().forEach(run -> newest.putIfAbsent(run.study(), run));
        Map<Digest, Map<String, String>> decisions = studies.decisions();
        List<SiteRecord> sites = studies.sites();
        List<Study> seen =
                desk.seen(studies.all().stream().map(SignedDocument::document).toList());
        Pages<Study> pages = Pages.of(
                seen.stream()
                        .filter(study -> study.name().contains(query.strip()))
                        .toList(),
                page,
                "/studies",
                "q",
                query.strip());
        model.addAttribute("all", seen.size());
        model.addAttribute("pages", pages);
        model.addAttribute(
                "studies",
                pages.lines().stream()
                        .map(study -> line(study, Optional.ofNullable(newest.get(study.digest())), decisions, sites))
                        .toList());
        return "hub/studies";
    }

    private static Line line(
            Study study, Optional<RunRecord> newest, Map<Digest, Map<String, String>> all, List<SiteRecord> sites) {
        Digest digest = study.digest();
        Map<String, String> decisions = all.getOrDefault(digest, Map.of());
        List<String> awaited = Studies.asked(study, sites).stream()
                .map(SiteRecord::name)
                .filter(site -> !decisions.containsKey(site))
                .toList();
        List<String> refused = decisions.entrySet().stream()
                .filter(decision -> !"capsule".equals(decision.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        String stage =
                newest.map(run -> run.state().text()).orElseGet(() -> awaited.isEmpty() ? "decided" : "awaiting");
        return new Line(study, digest.hex(), stage, awaited, refused);
    }

    @GetMapping("/studies/{study}")
    String show(
            @PathVariable("study") String reference,
            @RequestParam(name = "dryRun", required = false) Optional<String> dryRun,
            Model model) {
        SignedDocument<Study> signed = studies.get(reference);
        Study study = signed.document();
        desk.shows(study, "study");
        fill(study, model);
        dryRun.filter(id -> id.matches("[0-9a-f-]{36}"))
                .ifPresent(id -> model.addAttribute("answers", studies.answers(study.digest(), id)));
        return "hub/study";
    }

    private void fill(Study study, Model model) {
        Digest digest = study.digest();
        Map<String, String> decisions = studies.decisions(digest);
        Map<String, String> sites = new TreeMap<>();
        studies.asked(study).forEach(site -> sites.put(site.name(), "open"));
        sites.putAll(decisions);
        model.addAttribute("study", study);
        model.addAttribute("digest", digest.hex());
        model.addAttribute("sites", sites);
        model.addAttribute(
                "approvals", sites.values().stream().filter("capsule"::equals).count());
        model.addAttribute(
                "runs",
                rounds.all().stream()
                        .filter(run -> run.study().equals(digest))
                        .map(views::summary)
                        .toList());
        model.addAttribute(
                "versions",
                studies.all().stream()
                        .map(SignedDocument::document)
                        .filter(other -> other.name().equals(study.name()))
                        .map(other -> Map.of(
                                "version",
                                other.version(),
                                "digest",
                                other.digest().hex()))
                        .toList());
        model.addAttribute("questions", statements.questions(digest));
        model.addAttribute("regulators", assignments.regulators(study));
        model.addAttribute(
                "people",
                console.people().stream()
                        .filter(person -> "regulator".equals(person.role()))
                        .toList());
        model.addAttribute("text", new String(study.canonical(), StandardCharsets.UTF_8));
    }

    @GetMapping("/studies/{study}/document")
    ResponseEntity<byte[]> document(@PathVariable("study") String reference) {
        SignedDocument<Study> signed = studies.get(reference);
        desk.shows(signed.document(), "study-document");
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header(
                        "Content-Disposition",
                        "attachment; filename=study-" + signed.digest().hex().substring(0, 8) + ".json")
                .body(signed.bytes());
    }

    @PostMapping("/studies/{study}/dry-run")
    String dryRun(@PathVariable("study") String reference) {
        Study study = studies.get(reference).document();
        Studies.DryRun asked = studies.dryRun(study, desk.person().name());
        try {
            asked.complete().get(DRY_RUN_SECONDS, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            // The page says who has not answered.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
        return "redirect:/studies/" + study.digest().hex() + "?dryRun=" + asked.id() + "#dry-run";
    }

    @PostMapping("/studies/{study}/run")
    String run(@PathVariable("study") String reference) {
        RunRecord run =
                rounds.start(studies.get(reference).document(), desk.person().name());
        return "redirect:/runs/" + run.id();
    }

    @PostMapping("/studies/{study}/answer")
    String answer(
            @PathVariable("study") String reference,
            @RequestParam("site") String site,
            @RequestParam("question") String question,
            @RequestParam("text") String text) {
        Digest study = studies.get(reference).digest();
        statements.answer(study, site, question, text, desk.person().name());
        return "redirect:/studies/" + study.hex() + "#questions";
    }

    @PostMapping("/studies/{study}/assign")
    String assign(@PathVariable("study") String reference, @RequestParam("person") String person) {
        Study study = studies.get(reference).document();
        if (console.people().stream()
                .noneMatch(known -> known.name().equals(person) && "regulator".equals(known.role()))) {
            throw CallException.wrong("PERSON_UNKNOWN", "no regulator of that name has an account here");
        }
        assignments.assign(study, person, desk.person().name());
        return "redirect:/studies/" + study.digest().hex();
    }

    @GetMapping("/studies/new")
    String editor(
            @RequestParam(name = "from", required = false) Optional<String> from,
            @RequestParam(name = "example", required = false) Optional<String> example,
            Model model) {
        model.addAttribute("examples", StudyText.EXAMPLES);
        model.addAttribute(
                "text",
                from.map(reference -> StudyText.successor(studies.get(reference).document()))
                        .or(() -> example.map(name -> StudyText.example(name, desk.federation())))
                        .orElse(""));
        return "hub/study-editor";
    }

    @PostMapping("/studies/new")
    String publish(@RequestParam("text") String text, @RequestParam("act") String act, Model model) {
        model.addAttribute("examples", StudyText.EXAMPLES);
        model.addAttribute("text", text);
        Study study;
        try {
            study = StudyText.read(text);
            studies.check(study);
        } catch (DocumentException e) {
            return fault(e.code(), e, model);
        } catch (CallException e) {
            return fault(e.code(), e, model);
        }
        if (!"publish".equals(act)) {
            model.addAttribute("valid", study.digest().hex());
            model.addAttribute("study", study);
            model.addAttribute(
                    "asked", studies.asked(study).stream().map(SiteRecord::name).toList());
            return "hub/study-editor";
        }
        Digest digest = studies.publish(
                SignedDocument.sign(study).bytes(), desk.person().name());
        return "redirect:/studies/" + digest.hex();
    }

    private static String fault(String code, RuntimeException why, Model model) {
        model.addAttribute("fault", code);
        model.addAttribute("detail", String.valueOf(why.getMessage()));
        return "hub/study-editor";
    }
}
