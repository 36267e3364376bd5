package org.osteon.coordinator.console;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.Reply;
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
    String list(Model model) {
        model.addAttribute(
                "models",
                models.all().stream().filter(desk::sees).map(this::line).toList());
        return "hub/models";
    }

    private Line line(ModelVersion version) {
        return new Line(
                version,
                version.digest().hex(),
                desk.study(version),
                version.specs().stream().mapToLong(ArraySpec::elements).sum(),
                releases.find(version.digest()).isPresent(),
                releases.report(version.digest()).isPresent());
    }

    @GetMapping("/models/{model}")
    String show(@PathVariable("model") String reference, Model model) {
        ModelVersion version = get(reference, "model");
        model.addAttribute("line", line(version));
        model.addAttribute("version", version);
        model.addAttribute("short", version.digest().hex().substring(0, 8));
        model.addAttribute("ancestors", ancestors(version));
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
    private List<ModelVersion> others(ModelVersion version) {
        Optional<String> name = desk.study(version).map(Study::name);
        List<ModelVersion> others = new ArrayList<>(models.ofRun(version.run()));
        models.newestOfRuns().stream()
                .filter(other -> !other.run().equals(version.run()))
                .filter(other ->
                        name.isPresent() && desk.study(other).map(Study::name).equals(name))
                .forEach(others::add);
        others.removeIf(other -> other.digest().equals(version.digest()));
        return others;
    }

    private List<Map<String, Object>> ancestors(ModelVersion version) {
        List<Map<String, Object>> line = new ArrayList<>();
        ModelVersion at = version;
        while (!at.parent().equals(Reply.NOTHING)) {
            at = models.get(at.parent().hex());
            line.add(0, Map.of("digest", at.digest().hex(), "round", at.round(), "rule", at.rule()));
        }
        return line;
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
