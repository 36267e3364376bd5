package org.osteon.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;

/** Rounds with a site that lies among the others, and what the model is worth. */
final class Training extends Act {
    Training(Stage stage) {
        super(stage);
    }

    /**
     * Trains with the lying site among the others.
     *
     * @return the last version's digest
     */
    String play(String study, String rogueFingerprint, long seed) throws IOException, InterruptedException {
        startRogue(rogueFingerprint);
        String model = train(study);
        evaluate(seed);
        return model;
    }

    private void startRogue(String fingerprint) throws IOException, InterruptedException {
        step("demo.rogue");
        verbs.done("coordinator", "confirm", hub, "--site", Stage.ROGUE, "--fingerprint", fingerprint);
        int user = Stage.HOSPITALS.size() + 1;
        Path rogueOfficer = stage.people().resolve(Stage.ROGUE);
        walls.give(rogueOfficer, user);
        Path secret = rogueOfficer.resolve("passphrase");
        Files.copy(passphrase, secret);
        walls.give(rogueOfficer, user);
        Daemons.Daemon rogue = daemons.startJava(
                Stage.ROGUE,
                folder.resolve(Stage.ROGUE),
                walls.prefix(user),
                RogueSite.class.getName(),
                List.of(
                        folder.resolve(Stage.ROGUE).toString(),
                        folder.resolve("study-2.json").toString(),
                        rogueOfficer.resolve("officer.key").toString(),
                        secret.toString()));
        daemons.ready(rogue);
        stage.process(rogue, List.of());
    }

    private String train(String study) throws IOException, InterruptedException {
        step("demo.train");
        JsonNode run = verbs.done("run", "start", study, "--hub", hub);
        String id = run.path("run").asText();
        result.put("run", id);
        say(
                "demo.bound",
                String.format(
                        Locale.ROOT, "%.2f", run.path("normBound").path("bound").asDouble()),
                run.path("normBound").path("falseRejectRate").asText());
        List<Integer> widths = List.of(7, 40, 60);
        stage.teller().row(widths, headings("round", "counted", "rejected"));
        int shown = 0;
        JsonNode document = CanonicalJson.readTree(Files.readAllBytes(folder.resolve("study-2.json")));
        int rounds = document.path("plan").path("rounds").asInt();
        try (Bar bar = new Bar(rounds + 1, output())) {
            while (true) {
                int closed = 0;
                for (JsonNode round : run.path("rounds")) {
                    if (round.path("closed").asBoolean()) {
                        closed++;
                        if (closed > shown) {
                            bar.wipe();
                            stage.teller()
                                    .row(
                                            widths,
                                            List.of(
                                                    round.path("number").asText(),
                                                    names(round.path("counted")),
                                                    reasons(round)));
                            shown = closed;
                        }
                    }
                }
                bar.at(closed);
                if (!"running".equals(run.path("state").asText())) {
                    break;
                }
                run = verbs.done(
                        "run",
                        "show",
                        id,
                        "--unless-state",
                        run.path("stateKey").asText(),
                        "--hub",
                        hub);
            }
        }
        if (!"completed".equals(run.path("state").asText())) {
            throw new CliException(
                    ExitCode.TRY_AGAIN, "error.demo.run", id, run.path("state").asText());
        }
        result.put("rounds", run.path("rounds"));
        result.put("evaluation", run.path("evaluation"));
        result.put("delta", run.path("delta").asDouble());
        int asked = Stage.HOSPITALS.size() + 1;
        int fewest = asked;
        for (JsonNode round : run.path("rounds")) {
            fewest = Math.min(fewest, round.path("counted").size());
        }
        say(
                "demo.quorum",
                document.path("participation").path("quorum").asText(),
                asked,
                run.path("rounds").size(),
                fewest);
        for (String site : Stage.HOSPITALS) {
            JsonNode receipts =
                    verbs.done("site", "receipts", folder.resolve(site).toString());
            say("demo.receipts", site, receipts.path("receipts").size());
        }
        rogueReceipts(rounds + 1);
        return run.path("model").asText();
    }

    /** The lying site gets its receipts like any other; they come a moment after the last round. */
    private void rogueReceipts(int expected) throws IOException, InterruptedException {
        Path kept = folder.resolve(Stage.ROGUE).resolve(RogueSite.RECEIPTS);
        List<Path> receipts = List.of();
        for (int i = 0; i < 100 && receipts.size() < expected; i++) {
            Thread.sleep(i == 0 ? 0 : 50);
            try (var files = Files.list(kept)) {
                receipts = files.toList();
            }
        }
        int rejected = 0;
        for (Path receipt : receipts) {
            JsonNode outcome = CanonicalJson.readTree(Files.readAllBytes(receipt))
                    .path("document")
                    .path("outcome");
            rejected += "rejected".equals(outcome.asText()) ? 1 : 0;
        }
        say("demo.receipts.rogue", Stage.ROGUE, receipts.size(), rejected);
    }

    private void evaluate(long seed) throws IOException, InterruptedException {
        step("demo.evaluate");
        JsonNode evaluation = CanonicalJson.tree(of(result, "evaluation"));
        result.remove("evaluation");
        double bayes = CanonicalJson.readTree(
                        Files.readAllBytes(home.resolve("sample-data").resolve("generator.json")))
                .path("bayesAuc")
                .asDouble();
        Map<String, Object> auc = new LinkedHashMap<>();
        auc.put("federated", evaluation.path("auc").asDouble());
        auc.put(
                "ci",
                List.of(
                        evaluation.path("low").asDouble(),
                        evaluation.path("high").asDouble()));
        auc.put("bayes", bayes);
        auc.put("estimable", evaluation.path("estimable").asBoolean());
        result.put("auc", auc);
        if (!evaluation.path("estimable").asBoolean()) {
            say("demo.auc.notEstimable");
            return;
        }
        say(
                "demo.auc",
                three(evaluation.path("auc")),
                three(evaluation.path("low")),
                three(evaluation.path("high")),
                String.format(Locale.ROOT, "%.3f", bayes),
                evaluation.path("sites").asText());
        say("demo.compare");
        List<String> arguments =
                new ArrayList<>(List.of(home.resolve("sample-data").toString(), Long.toString(seed)));
        arguments.addAll(Stage.HOSPITALS);
        Daemons.Daemon script =
                daemons.startJava("comparison", folder, List.of(), PooledComparison.class.getName(), arguments);
        JsonNode others = CanonicalJson.readTree(
                daemons.finish("comparison", script.process()).strip().getBytes(StandardCharsets.UTF_8));
        List<List<String>> rows = new ArrayList<>();
        rows.add(headings("model", "auc", "ci", "difference"));
        rows.add(List.of(
                output().messages().say("demo.federated"),
                three(evaluation.path("auc")),
                interval(evaluation.path("low"), evaluation.path("high")),
                ""));
        for (String name : List.of("hospital-a", "hospital-b", "hospital-c", "pooled")) {
            JsonNode other = others.path(name);
            boolean overlap = other.path("ci").path(0).asDouble()
                            <= evaluation.path("high").asDouble()
                    && evaluation.path("low").asDouble()
                            <= other.path("ci").path(1).asDouble();
            rows.add(List.of(
                    output().messages().say("pooled".equals(name) ? "demo.pooled" : "demo.alone", name),
                    three(other.path("auc")),
                    interval(other.path("ci").path(0), other.path("ci").path(1)),
                    output().messages().say(overlap ? "demo.noDifference" : "demo.differs")));
        }
        table(rows);
    }

    private static String names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(name -> names.add(name.asText()));
        return String.join(", ", names);
    }

    private String reasons(JsonNode round) {
        List<String> all = new ArrayList<>();
        for (String kind : List.of("rejected", "refused")) {
            round.path(kind)
                    .forEach(entry -> all.add(entry.path("site").asText() + ": "
                            + output().messages().code(entry.path("reason").asText())));
        }
        return String.join(", ", all);
    }
}
