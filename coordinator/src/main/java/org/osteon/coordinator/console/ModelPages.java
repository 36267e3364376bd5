package org.osteon.coordinator.console;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.conformance.report.Sentences;
import org.osteon.conformance.verdict.Report;
import org.osteon.console.page.Problems;
import org.osteon.console.page.Show;
import org.osteon.console.page.Words;
import org.osteon.coordinator.hub.ModelEvidence;
import org.osteon.coordinator.registry.ModelExport;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.registry.Origins;
import org.osteon.coordinator.registry.Releases;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.statement.Statements;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Model versions: where each comes from, what was checked, who released it, and its evidence. */
@Controller
final class ModelPages {
    /** Most versions before one that its page names. */
    private static final int MOST_BEFORE = 12;

    private final Desk desk;
    private final Models models;
    private final ObjectStore objects;
    private final Releases releases;
    private final ModelEvidence evidence;
    private final Statements statements;
    private final Origins origins;
    private final HubFolder folder;
    private final Show show;
    private final Words words;

    ModelPages(
            Desk desk,
            Models models,
            ObjectStore objects,
            Releases releases,
            ModelEvidence evidence,
            Statements statements,
            Origins origins,
            HubFolder folder,
            Show show,
            Words words) {
        this.desk = desk;
        this.models = models;
        this.objects = objects;
        this.releases = releases;
        this.evidence = evidence;
        this.statements = statements;
        this.origins = origins;
        this.folder = folder;
        this.show = show;
        this.words = words;
    }

    /**
     * A version in the list.
     *
     * @param released whether a named person released it
     * @param checked whether checks were run on it
     */
    record Line(
            ModelVersion version,
            String digest,
            Optional<Study> study,
            long parameters,
            boolean released,
            boolean checked) {}

    @GetMapping("/models")
    String list(@RequestParam(name = "page", defaultValue = "1") int page, Model model) {
        Map<String, Study> known = desk.studies();
        boolean ungoverned = desk.seesUngoverned();
        Pages<ModelVersion> pages = Pages.of(
                models.notable().stream()
                        .filter(version ->
                                ungoverned || known.containsKey(version.study().hex()))
                        .toList(),
                page,
                "/models",
                "",
                "");
        Set<String> released = releases.released();
        Set<String> checked = releases.checked();
        model.addAttribute("pages", pages);
        model.addAttribute(
                "models",
                pages.lines().stream()
                        .map(version -> line(
                                version,
                                Optional.ofNullable(known.get(version.study().hex())),
                                released,
                                checked))
                        .toList());
        return "hub/models";
    }

    private static Line line(ModelVersion version, Optional<Study> study, Set<String> released, Set<String> checked) {
        return new Line(
                version,
                version.digest().hex(),
                study,
                version.specs().stream().mapToLong(ArraySpec::elements).sum(),
                released.contains(version.digest().hex()),
                checked.contains(version.digest().hex()));
    }

    @GetMapping("/models/{model}")
    String show(@PathVariable("model") String reference, Model model) {
        ModelVersion version = get(reference, "model");
        model.addAttribute("line", line(version, desk.study(version), releases.released(), releases.checked()));
        model.addAttribute("version", version);
        model.addAttribute("short", version.digest().hex().substring(0, 8));
        List<Models.Place> before = models.before(version);
        boolean many = before.size() > MOST_BEFORE;
        model.addAttribute("ancestors", many ? before.subList(0, 1) : before);
        model.addAttribute("between", many ? before.size() - MOST_BEFORE : 0);
        model.addAttribute(
                "nearest", many ? before.subList(before.size() - MOST_BEFORE + 1, before.size()) : List.of());
        model.addAttribute("flags", statements.flags(version));
        model.addAttribute("others", others(version));
        List<Origins.Origin> data = origins.of(version);
        model.addAttribute("origins", data);
        Optional<SignedDocument<Release>> release = releases.find(version.digest());
        if (!data.isEmpty()) {
            String by = release.map(signed -> signed.document().by()).orElse("");
            model.addAttribute("lineage", LineagePicture.of(words, version, data, by));
        }
        release.ifPresent(signed -> model.addAttribute("release", signed.document()));
        releases.report(version.digest()).ifPresent(report -> model.addAttribute("results", results(report)));
        return "hub/model";
    }

    /** The versions this one can be compared with: of its run, and the last of other runs of the study's versions. */
    private List<Models.Place> others(ModelVersion version) {
        List<Models.Place> others = new ArrayList<>(models.ofStudyName(version));
        others.removeIf(other -> other.digest().equals(version.digest()));
        return others;
    }

    /**
     * A check as the page shows it, in the reader's words.
     *
     * @param verdict PASS, FAIL, INCONCLUSIVE
     * @param facts what a verdict other than PASS rests on
     */
    record Result(
            String check,
            String requirement,
            String verdict,
            String limit,
            List<String> measured,
            List<String> facts,
            String evidence) {}

    private List<Result> results(byte[] report) {
        Sentences sentences = Sentences.of(LocaleContextHolder.getLocale());
        return SignedDocument.read(report, Report.class).document().results().stream()
                .map(result -> new Result(
                        result.check(),
                        sentences.of(result.requirement()),
                        result.outcome().name(),
                        sentences.say(result.limit()),
                        result.measured().entrySet().stream()
                                .map(one -> sentences.measure(one.getKey()) + " " + show.number(one.getValue()))
                                .toList(),
                        result.facts().stream().map(sentences::say).toList(),
                        result.evidenceDigest().hex()))
                .toList();
    }

    @GetMapping("/models/{model}/export")
    ResponseEntity<byte[]> export(
            @PathVariable("model") String reference,
            @RequestParam(name = "format", defaultValue = "safetensors") String format) {
        ModelVersion version = get(reference, "model-export");
        return file(
                ModelExport.write(version, objects.file(version.arrays()), format),
                name(version) + ("npz".equals(format) ? ".npz" : ".safetensors"),
                MediaType.APPLICATION_OCTET_STREAM);
    }

    @GetMapping("/models/{model}/report")
    ResponseEntity<byte[]> report(@PathVariable("model") String reference) {
        ModelVersion version = get(reference, "report");
        return file(evidence.report(version), name(version) + "-report.json", MediaType.APPLICATION_JSON);
    }

    @GetMapping("/models/{model}/bundle")
    Object bundle(@PathVariable("model") String reference, Model model, HttpServletResponse response) {
        ModelVersion version = get(reference, "bundle");
        try {
            return file(evidence.bundle(version), name(version) + "-evidence.zip", MediaType.APPLICATION_OCTET_STREAM);
        } catch (CallException e) {
            // Said on the model's own page, beside the link that asked.
            response.setStatus(HttpStatus.CONFLICT.value());
            model.addAttribute("noBundle", e.code());
            model.addAttribute("noBundleDetail", String.valueOf(e.getMessage()));
            model.addAttribute("reference", Problems.logged(HttpStatus.CONFLICT.value(), e.code()));
            return show(reference, model);
        }
    }

    private ModelVersion get(String reference, String page) {
        ModelVersion version = models.get(reference);
        desk.shows(version, page);
        return version;
    }

    private String name(ModelVersion version) {
        return folder.federation() + "-model-" + version.digest().hex().substring(0, 8);
    }

    private static ResponseEntity<byte[]> file(byte[] content, String name, MediaType type) {
        return ResponseEntity.ok()
                .contentType(type)
                .header("Content-Disposition", "attachment; filename=" + name)
                .body(content);
    }
}
