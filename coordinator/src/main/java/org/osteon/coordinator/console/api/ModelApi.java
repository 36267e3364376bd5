package org.osteon.coordinator.console.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.console.api.Api;
import org.osteon.coordinator.console.Desk;
import org.osteon.coordinator.hub.ModelEvidence;
import org.osteon.coordinator.registry.ModelExport;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.registry.Releases;
import org.osteon.coordinator.statement.Statements;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** Model versions with their lineage, their arrays, what was checked, and the evidence of a release. */
@Api
final class ModelApi {
    private static final String JSON = "application/json";
    private static final String BYTES = "application/octet-stream";
    private static final String MODELS = HubApi.BASE + "/models";

    private final String federation;
    private final Desk desk;
    private final Models models;
    private final ObjectStore objects;
    private final Releases releases;
    private final ModelEvidence evidence;
    private final Statements statements;

    ModelApi(
            String federation,
            Desk desk,
            Models models,
            ObjectStore objects,
            Releases releases,
            ModelEvidence evidence,
            Statements statements) {
        this.federation = federation;
        this.desk = desk;
        this.models = models;
        this.objects = objects;
        this.releases = releases;
        this.evidence = evidence;
        this.statements = statements;
    }

    @GetMapping(MODELS)
    ResponseEntity<byte[]> list(HttpServletRequest request) {
        Question question = Question.of(request, JSON, "study", "run", "limit", "cursor");
        String study = question.digest("study").orElse("");
        String run =
                question.text("run", "[a-z0-9][a-z0-9._-]{0,63}", "a run's id").orElse("");
        List<ModelVersion> seen = models.all().stream()
                .filter(version -> study.isEmpty()
                        || version.governed() && version.study().hex().equals(study))
                .filter(version -> run.isEmpty() || version.run().equals(run))
                .filter(desk::sees)
                .toList();
        return Answer.of(Lists.page(
                question, Digests.FORM, seen, version -> version.digest().hex(), this::line));
    }

    @GetMapping(MODELS + "/{model}")
    ResponseEntity<byte[]> show(HttpServletRequest request, @PathVariable("model") String reference) {
        Question.of(request, JSON);
        ModelVersion version = get(reference, "api-model");
        Map<String, Object> view = line(version);
        view.put("arrays", version.arrays().hex());
        view.put("specs", version.specs());
        view.put("inputs", version.inputs());
        view.put("rejected", version.rejected());
        view.put("ancestors", ancestors(version));
        view.put("flags", statements.flags(version));
        releases.find(version.digest()).ifPresent(release -> {
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("release", release.digest().hex());
            told.put("by", release.document().by());
            told.put("at", release.document().released().toString());
            told.put("report", release.document().report().hex());
            told.put("statement", release.document().statement());
            view.put("release", told);
        });
        return Answer.of(view);
    }

    @GetMapping(MODELS + "/{model}/export")
    ResponseEntity<byte[]> export(HttpServletRequest request, @PathVariable("model") String reference) {
        Question question = Question.of(request, BYTES, "format");
        String format = question.oneOf("format", List.of("safetensors", "npz")).orElse("safetensors");
        ModelVersion version = get(reference, "api-model-export");
        return Answer.file(
                ModelExport.write(version, objects.file(version.arrays()), format),
                name(version) + "." + format,
                BYTES);
    }

    @GetMapping(MODELS + "/{model}/report")
    ResponseEntity<byte[]> report(HttpServletRequest request, @PathVariable("model") String reference) {
        Question.of(request, JSON);
        ModelVersion version = get(reference, "api-report");
        return Answer.file(evidence.report(version), name(version) + "-report.json", JSON);
    }

    @GetMapping(MODELS + "/{model}/bundle")
    ResponseEntity<byte[]> bundle(HttpServletRequest request, @PathVariable("model") String reference) {
        Question.of(request, "application/zip");
        ModelVersion version = get(reference, "api-bundle");
        return Answer.file(evidence.bundle(version), name(version) + "-evidence.zip", "application/zip");
    }

    private ModelVersion get(String reference, String page) {
        ModelVersion version = models.get(Digests.of(reference).hex());
        desk.shows(version, page);
        return version;
    }

    private Map<String, Object> line(ModelVersion version) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("model", version.digest().hex());
        if (version.governed()) {
            view.put("study", version.study().hex());
        }
        view.put("governed", version.governed());
        view.put("run", version.run());
        view.put("round", version.round());
        view.put("rule", version.rule());
        view.put(
                "parents",
                version.parent().equals(Reply.NOTHING)
                        ? List.of()
                        : List.of(version.parent().hex()));
        view.put(
                "parameters",
                version.specs().stream().mapToLong(ArraySpec::elements).sum());
        view.put("checked", releases.report(version.digest()).isPresent());
        view.put("released", releases.find(version.digest()).isPresent());
        return view;
    }

    private List<Map<String, Object>> ancestors(ModelVersion version) {
        List<Map<String, Object>> line = new ArrayList<>();
        ModelVersion at = version;
        while (!at.parent().equals(Reply.NOTHING)) {
            at = models.get(at.parent().hex());
            line.add(0, Map.of("model", at.digest().hex(), "round", at.round(), "rule", at.rule()));
        }
        return line;
    }

    private String name(ModelVersion version) {
        return federation + "-model-" + version.digest().hex().substring(0, 8);
    }
}
