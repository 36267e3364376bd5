package org.osteon.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.CanonicalJson;

/** A study is published, refused by one officer, amended, and approved. */
final class Asking extends Act {
    private static final Map<String, String> OFFICERS =
            Map.of("hospital-a", "Dr Wang", "hospital-b", "Dr Chen", "hospital-c", "Dr Zhao");

    Asking(Stage stage) {
        super(stage);
    }

    /**
     * Up to the approvals.
     *
     * @return the approved study's digest
     */
    String play() throws IOException {
        String study = amend(publishFirst());
        approve(study);
        return study;
    }

    private String publishFirst() throws IOException {
        ObjectNode study = (ObjectNode) CanonicalJson.readTree(Files.readAllBytes(
                home.resolve("sample-data").resolve("studies").resolve("fracture-risk.json")));
        Path file = folder.resolve("study-1.json");
        Files.write(file, CanonicalJson.write(study));
        step(
                "demo.publish",
                study.path("name").asText(),
                study.path("privacy").path("epsilon").asText());
        String digest = verbs.done("study", "publish", file.toString(), "--hub", hub)
                .path("digest")
                .asText();
        dryRun(digest);
        step("demo.refuse", of(OFFICERS, "hospital-c"));
        String reason = output().messages().say("demo.refuse.reason");
        verbs.done(
                "officer",
                "refuse",
                folder.resolve("hospital-c").toString(),
                digest,
                "--key",
                stage.key("hospital-c"),
                "--passphrase-file",
                passphrase.toString(),
                "--reason",
                reason);
        say("demo.refuse.said", reason);
        return digest;
    }

    private String amend(String first) throws IOException {
        ObjectNode study = (ObjectNode) CanonicalJson.readTree(Files.readAllBytes(folder.resolve("study-1.json")));
        study.put("version", 2).put("previous", first);
        ((ObjectNode) study.path("privacy")).put("epsilon", 2.0);
        ((ObjectNode) study.path("plan")).put("noiseMultiplier", 2.2);
        Path file = folder.resolve("study-2.json");
        Files.write(file, CanonicalJson.write(study));
        step("demo.amend", "2.0");
        String digest = verbs.done("study", "amend", first, file.toString(), "--hub", hub)
                .path("digest")
                .asText();
        dryRun(digest);
        result.put("study", digest);
        return digest;
    }

    private void dryRun(String digest) {
        say("demo.dryRun", digest.substring(0, 8));
        List<List<String>> rows = new ArrayList<>();
        rows.add(headings("site", "verdict", "reasons"));
        for (JsonNode answer :
                verbs.run("study", "dry-run", digest, "--hub", hub).json().path("answers")) {
            List<String> reasons = new ArrayList<>();
            answer.path("reasons")
                    .forEach(reason -> reasons.add(
                            output().messages().code(reason.path("code").asText(), reason.path("values"))));
            rows.add(List.of(
                    answer.path("site").asText(),
                    output().messages().word(answer.path("verdict").asText()),
                    String.join("; ", reasons)));
        }
        table(rows);
    }

    private void approve(String study) throws IOException {
        step("demo.approve");
        String until = Instant.now()
                .plus(30, ChronoUnit.DAYS)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        for (String site : Stage.HOSPITALS) {
            JsonNode review =
                    verbs.done("officer", "review", folder.resolve(site).toString(), study);
            verbs.done(
                    "officer",
                    "approve",
                    folder.resolve(site).toString(),
                    study,
                    "--key",
                    stage.key(site),
                    "--passphrase-file",
                    passphrase.toString(),
                    "--epsilon",
                    "2.0",
                    "--rounds",
                    "5",
                    "--until",
                    until);
            say(
                    "demo.approved",
                    of(OFFICERS, site),
                    site,
                    review.path("patients").asText(),
                    review.path("columns").size(),
                    review.path("releases").size(),
                    until);
        }
    }
}
