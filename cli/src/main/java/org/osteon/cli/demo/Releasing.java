package org.osteon.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;

/** Checks, a release by a named person, and the bundle as a regulator would check it. */
final class Releasing extends Act {
    Releasing(Stage stage) {
        super(stage);
    }

    /** Whether the bundle held, and the changed one did not. */
    boolean play(String model, String federation) throws IOException, InterruptedException {
        release(model, federation);
        return verify(model);
    }

    /** Tables of evidence, made of the sample: a phantom's points, the splits, headers, predictions of the model. */
    private Path evidence(String model) throws IOException {
        Path tables = Files.createDirectories(folder.resolve("evidence"));
        Path sampleData = home.resolve("sample-data");
        Files.copy(sampleData.resolve("conformance").resolve("phantom.csv"), tables.resolve("phantom.csv"));
        for (String site : Stage.HOSPITALS) {
            verbs.done(
                    "conformance",
                    "splits",
                    "--site",
                    folder.resolve(site).toString(),
                    "--name",
                    site,
                    "--snapshot",
                    folder.resolve("snapshots").resolve(site).toString(),
                    "--study",
                    folder.resolve("study-2.json").toString(),
                    "--out",
                    tables.resolve("splits.csv").toString(),
                    "--append");
        }
        verbs.done(
                "conformance",
                "headers",
                "--images",
                sampleData.resolve(Stage.HOSPITALS.get(0)).resolve("images").toString(),
                "--out",
                tables.resolve("headers.csv").toString());
        verbs.done(
                "conformance",
                "predict",
                model,
                "--snapshot",
                folder.resolve("snapshots").resolve(Stage.HOSPITALS.get(0)).toString(),
                "--out",
                tables.resolve("predictions.csv").toString(),
                "--hub",
                hub);
        return tables;
    }

    /** The limits, under the declarer's signature. */
    private Path declaration(String federation) throws IOException {
        Path limits = folder.resolve("limits.json");
        Path declaration = folder.resolve("declaration.json");
        Files.writeString(
                limits,
                "{\"schema\":\"osteon.declaration/1\",\"federation\":\"" + federation
                        + "\",\"declaredBy\":\"Prof Li\",\"limits\":{\"A-04\":0.6,\"B-04\":0.6,\"D-01\":0.01}}");
        verbs.done(
                "conformance",
                "declare",
                limits.toString(),
                "--key",
                stage.key("declarer"),
                "--passphrase-file",
                passphrase.toString(),
                "--out",
                declaration.toString());
        return declaration;
    }

    private void release(String model, String federation) throws IOException, InterruptedException {
        step("demo.release");
        String[] checks = {
            "conformance",
            "run",
            model,
            "--declaration",
            declaration(federation).toString(),
            "--evidence",
            evidence(model).toString(),
            "--hub",
            hub
        };
        JsonNode verdicts = verbs.run(checks).json().path("verdicts");
        for (int i = 0; i < 40 && awaiting(verdicts); i++) {
            Thread.sleep(250);
            verdicts = verbs.run(checks).json().path("verdicts");
        }
        verdicts.fields()
                .forEachRemaining(verdict ->
                        say("demo.verdict", verdict.getKey(), verdict.getValue().asText()));
        JsonNode released = verbs.done(
                "model",
                "release",
                model,
                "--key",
                stage.key("releaser"),
                "--passphrase-file",
                passphrase.toString(),
                "--by",
                "Prof Li",
                "--hub",
                hub);
        say("demo.released", model.substring(0, 8), "Prof Li");
        result.put("release", released.path("release").asText());
        Verbs.Answer report = verbs.run(
                "conformance",
                "report",
                model,
                "--out",
                folder.resolve("report").toString(),
                "--hub",
                hub);
        if (report.exit() != ExitCode.DONE.code()) {
            // A machine without a font for the PDF has the other forms.
            say("demo.report.partly", report.json().path("error").asText());
        }
        verbs.done(
                "model",
                "export",
                model,
                "--out",
                folder.resolve("model.safetensors").toString(),
                "--hub",
                hub);
    }

    /** A site hands in its log a moment later than what it says; a check that needs it cannot judge before. */
    private static boolean awaiting(JsonNode verdicts) {
        for (JsonNode verdict : verdicts) {
            if ("INCONCLUSIVE".equals(verdict.asText())) {
                return true;
            }
        }
        return false;
    }

    private boolean verify(String model) throws IOException, InterruptedException {
        step("demo.bundle");
        Path trust = folder.resolve("trust.json");
        Path bundle = folder.resolve("evidence.zip");
        verbs.done("trust", "export", "--out", trust.toString(), "--hub", hub);
        Verbs.Answer written = verbs.run("audit", "bundle", model, "--out", bundle.toString(), "--hub", hub);
        for (int i = 0; i < 40 && written.exit() == ExitCode.REFUSED.code(); i++) {
            Thread.sleep(250);
            written = verbs.run("audit", "bundle", model, "--out", bundle.toString(), "--hub", hub);
        }
        if (written.exit() != ExitCode.DONE.code()) {
            throw CliException.told(ExitCode.TRY_AGAIN, "", written.error().strip());
        }
        result.put("bundle", bundle.toString());
        result.put("trust", trust.toString());
        Verbs.Answer good = verbs.run("audit", "verify", bundle.toString(), "--trust", trust.toString());
        say("demo.verify", good.json().path("verdict").asText(), good.exit());
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[bytes.length / 2] ^= 1;
        Path changed = folder.resolve("evidence-changed.zip");
        Files.write(changed, bytes);
        Verbs.Answer bad = verbs.run("audit", "verify", changed.toString(), "--trust", trust.toString());
        JsonNode finding = bad.json().path("findings").path(0);
        say(
                "demo.changed",
                bad.json().path("verdict").asText(),
                bad.exit(),
                finding.path("code").asText(),
                finding.path("where").asText());
        return good.exit() == 0 && bad.exit() == 1;
    }
}
