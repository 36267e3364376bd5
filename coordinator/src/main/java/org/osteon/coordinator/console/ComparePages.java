package org.osteon.coordinator.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.osteon.console.page.Show;
import org.osteon.console.page.Words;
import org.osteon.coordinator.registry.ModelDifference;
import org.osteon.coordinator.registry.ModelDifference.Tensor;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.registry.Releases;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunFigures;
import org.osteon.coordinator.round.RunFigures.Exchange;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.StudyDifference;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Two model versions of one study, or of one run, side by side: what differs and by how much. */
@Controller
final class ComparePages {
    private final Desk desk;
    private final Models models;
    private final ObjectStore objects;
    private final Releases releases;
    private final Rounds rounds;
    private final RunFigures figures;
    private final Show show;
    private final Words words;

    ComparePages(
            Desk desk,
            Models models,
            ObjectStore objects,
            Releases releases,
            Rounds rounds,
            RunFigures figures,
            Show show,
            Words words) {
        this.desk = desk;
        this.models = models;
        this.objects = objects;
        this.releases = releases;
        this.rounds = rounds;
        this.figures = figures;
        this.show = show;
        this.words = words;
    }

    /**
     * One of the two.
     *
     * @param counted sites whose updates went into it, by its own round
     * @param rejected sites whose answers of that round did not
     * @param auc with its interval, or what stands in its place
     * @param patients held-out patients behind it, as released with noise; empty where it was not evaluated
     * @param epsilon of its run up to it at the site that answered most often
     * @param stage {@code released}, {@code checked} or {@code made}
     */
    record Side(
            ModelVersion version,
            String digest,
            Optional<Study> study,
            List<String> counted,
            List<String> rejected,
            String auc,
            String patients,
            OptionalDouble epsilon,
            String stage) {}

    @GetMapping("/models/compare")
    String compare(@RequestParam("a") String a, @RequestParam("b") String b, Model model) {
        Side before = side(get(a));
        Side after = side(get(b));
        if (!related(before, after)) {
            throw CallException.wrong(
                    "MODELS_UNRELATED", "these two models are neither of one run nor of versions of one study");
        }
        List<Tensor> tensors = ModelDifference.between(
                before.version(),
                objects.file(before.version().arrays()),
                after.version(),
                objects.file(after.version().arrays()));
        double distance =
                ModelDifference.whole(tensors.stream().map(Tensor::distance).toList());
        double norm = ModelDifference.whole(tensors.stream().map(Tensor::before).toList());
        model.addAttribute("sides", List.of(before, after));
        model.addAttribute("tensors", tensors);
        model.addAttribute("sentence", sentence(before, after, tensors, distance, norm));
        model.addAttribute(
                "sameStudy", before.version().study().equals(after.version().study()));
        model.addAttribute(
                "changes",
                before.study().isPresent() && after.study().isPresent()
                        ? StudyDifference.between(
                                before.study().orElseThrow(), after.study().orElseThrow())
                        : List.of());
        return "hub/compare";
    }

    private ModelVersion get(String reference) {
        ModelVersion version = models.get(reference);
        desk.shows(version, "model-comparison");
        return version;
    }

    private static boolean related(Side before, Side after) {
        return before.version().run().equals(after.version().run())
                || before.study().isPresent()
                        && after.study().isPresent()
                        && before.study()
                                .orElseThrow()
                                .name()
                                .equals(after.study().orElseThrow().name());
    }

    private Side side(ModelVersion version) {
        List<Exchange> exchanges = version.round() == 0
                ? List.of()
                : figures.of(rounds.get(version.run()), version.round(), version.round());
        Optional<JsonNode> evaluation =
                exchanges.stream().flatMap(one -> one.evaluation().stream()).findFirst();
        Optional<Study> study = desk.study(version);
        return new Side(
                version,
                version.digest().hex(),
                study,
                version.inputs().stream().map(ModelVersion.Input::site).toList(),
                version.rejected().stream().map(ModelVersion.Rejected::site).toList(),
                evaluation.map(this::auc).orElseGet(() -> words.of("compare.notEvaluated")),
                evaluation.map(found -> patients(found, study)).orElse("–"),
                exchanges.isEmpty()
                        ? OptionalDouble.empty()
                        : exchanges.get(exchanges.size() - 1).epsilonSoFar(),
                releases.find(version.digest()).isPresent()
                        ? "released"
                        : releases.report(version.digest()).isPresent() ? "checked" : "made");
    }

    private String auc(JsonNode found) {
        return found.path("estimable").asBoolean(true) && found.path("auc").isNumber()
                ? words.of(
                        "run.aucShort",
                        show.number(found.path("auc").asDouble()),
                        show.number(found.path("low").asDouble()),
                        show.number(found.path("high").asDouble()))
                : words.of("run.notEstimable");
    }

    private String patients(JsonNode found, Optional<Study> study) {
        long count = found.path("positives").asLong() + found.path("negatives").asLong();
        int least = study.map(one -> one.cohort().minimumPatients()).orElse(1);
        return count < least
                ? words.of("compare.fewPatients", least)
                : words.of(
                        "compare.patients",
                        show.number(count),
                        found.path("sites").asInt());
    }

    private String sentence(Side before, Side after, List<Tensor> tensors, double distance, double norm) {
        if (before.version().arrays().equals(after.version().arrays())) {
            return words.of("compare.identical");
        }
        String relation;
        if (before.version().run().equals(after.version().run())) {
            relation = words.of(
                    "compare.sameRun", before.version().round(), after.version().round());
        } else if (before.version().study().equals(after.version().study())) {
            relation = words.of("compare.sameStudy");
        } else {
            relation = words.of(
                    "compare.otherStudy",
                    before.study().map(Study::version).orElse(0),
                    after.study().map(Study::version).orElse(0));
        }
        if (!tensors.stream().allMatch(Tensor::comparable)) {
            return relation + words.of("compare.otherShapes");
        }
        return relation
                + (norm > 0
                        ? words.of("compare.moved", show.number(distance), Math.round(100 * distance / norm))
                        : words.of("compare.movedFromZero", show.number(distance)));
    }
}
