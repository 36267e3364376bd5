package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.DryRunAnswer;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.sign.KeyFile;

/**
 * What the officer's page says may leave, and what the egress journal lists after everything has left once: the same
 * types with the same fields. Only the answer to a malformed message is shown and not provoked, because this hub sends
 * none.
 */
class OfficerReviewTest {
    private static final Path EXPORT = Path.of("..", "sample-data", "hospital-b", "export.csv");
    private static final Pattern SPECIMEN = Pattern.compile(
            "<details class=\"specimen\" data-type=\"([a-z-]+)\" data-occasion=\"([a-z-]+)\">(.*?)</details>",
            Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("<li><code lang=\"en\">([^<]*)</code></li>");
    private static final Pattern HEX = Pattern.compile("<pre class=\"hex\"[^>]*>([^<]*)</pre>");
    private static final int WIDTH = 16;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path folder;

    private Federation federation;
    private String hub = "";

    @Test
    void whatIsShownIsWhatLeaves() throws Exception {
        try (Federation made = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub()) {
            // Given: a study whose every way out is taken once
            federation = made;
            hub = federation.hub().toString();
            federation.withSite(
                    "north",
                    "--epsilon-ceiling",
                    "5",
                    "--epsilon-total",
                    "12",
                    "--delta-ceiling",
                    "1e-5",
                    "--console",
                    "127.0.0.1:0");
            federation.map("north", EXPORT);
            String study = publish("specimens", 1);
            federation.run("study", "dry-run", study, "--hub", hub);
            officer("ask", study, "--text", "Why is the height needed?");
            approve(study);
            run(study);
            withdrawSomebody();
            officer("revoke", study, "--reason", "It is over.");
            officer("refuse", publish("refused", 1), "--reason", "It is not for us.");
            String longer = publish("longer", 2);
            approve(longer);
            federation.done("run", "start", longer, "--hub", hub);
            until(
                    "a second round that is refused",
                    () -> journal().stream()
                            .anyMatch(
                                    entry -> "refusal".equals(entry.path("type").asText())));

            // When the officer reads the page
            ConsolePerson person = person("Chen Mei", "data-officer");
            String page = person.get("/studies/" + study).body();

            // Then
            Set<String> left = new TreeSet<>();
            journal().forEach(entry -> left.add(entry.path("type").asText() + " " + fields(entry)));
            Set<String> shown = shown(page);
            System.out.printf("specimens: %d kinds shown, %d kinds left%n", shown.size(), left.size());
            assertThat(shown).hasSizeGreaterThan(10);
            assertThat(shown.stream().filter(kind -> !kind.startsWith("error ")).toList())
                    .containsExactlyElementsOf(left);
            assertThat(shown).filteredOn(kind -> kind.startsWith("error ")).hasSize(1);
            theBytesAreWhatTheySay(page);
            thePreviewIsForTheOfficerAlone(person, study);
        }
    }

    private void theBytesAreWhatTheySay(String page) {
        DryRunAnswer answer = SignedDocument.read(bytes(page, "dry-run-answer").get(0), DryRunAnswer.class)
                .document();
        assertThat(answer.site()).isEqualTo("north");

        List<FlowerObject> objects =
                bytes(page, "train").stream().skip(1).map(FlowerObject::decode).toList();
        FlowerObject config = objects.stream()
                .filter(object -> object.type().equals("ConfigRecord"))
                .findFirst()
                .orElseThrow();
        SignedDocument<Reply> reply = SignedDocument.read(
                FlowerObjects.readConfig(config)
                        .getItems(0)
                        .getValue()
                        .getBytes()
                        .toByteArray(),
                Reply.class);
        long payload = journal().stream()
                .filter(entry -> "update".equals(entry.path("type").asText())
                        && !fields(entry).toString().contains("histogram"))
                .findFirst()
                .orElseThrow()
                .path("bytes")
                .asLong();
        assertThat(reply.document().updateBytes()).isEqualTo(payload);
        assertThat(reply.signedBy(KeyFile.readPublic(federation.site("north").resolve("node.key"))))
                .as("a specimen is not this site's to anybody")
                .isFalse();
    }

    private void thePreviewIsForTheOfficerAlone(ConsolePerson officer, String study) throws Exception {
        long before = looked(study);

        HttpResponse<String> shown = officer.get("/studies/" + study + "/preview");
        HttpResponse<String> refused = person("Gao Jun", "operator").get("/studies/" + study + "/preview");
        HttpResponse<String> stranger =
                new ConsolePerson(federation.console("north")).get("/studies/" + study + "/preview");

        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(shown.body())
                .contains("Patients in the cohort", "Row 5", "What the model gets", "<code lang=\"en\">age</code>")
                .doesNotContain("Row 6");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).doesNotContain("Row 1");
        assertThat(stranger.statusCode()).isEqualTo(302);
        assertThat(looked(study)).as("the log says who looked, once").isEqualTo(before + 1);
        assertThat(officer.get("/studies/" + study + "/preview").body().replaceFirst("(?s).*<main", ""))
                .as("the same rows whenever it is asked")
                .isEqualTo(shown.body().replaceFirst("(?s).*<main", ""));
    }

    private ConsolePerson person(String name, String role) throws Exception {
        federation.console("north");
        return ConsolePerson.of(federation
                .done("site", "link", federation.site("north").toString(), "--person", name, "--role", role)
                .path("link")
                .asText());
    }

    /** How often the site's log says that the preview of a study was looked at. */
    private long looked(String study) {
        long count = 0;
        for (JsonNode event : federation
                .done("audit", "log", "--site", federation.site("north").toString())
                .path("entries")) {
            if ("study-looked-at".equals(event.path("type").asText())
                    && "preview".equals(event.path("subject").asText())
                    && event.toString().contains(study)) {
                count++;
            }
        }
        return count;
    }

    /** Each kind as {@code type [field, …]}, ascending. */
    private static Set<String> shown(String page) {
        Set<String> shown = new TreeSet<>();
        Matcher specimen = SPECIMEN.matcher(page);
        while (specimen.find()) {
            List<String> fields = new ArrayList<>();
            Matcher field = FIELD.matcher(specimen.group(3));
            while (field.find()) {
                fields.add(field.group(1));
            }
            shown.add(specimen.group(1) + " " + fields);
        }
        return shown;
    }

    /** The bytes of each part, read back from what is shown. */
    private static List<byte[]> bytes(String page, String occasion) {
        Matcher specimen = SPECIMEN.matcher(page);
        while (specimen.find()) {
            if (specimen.group(2).equals(occasion)) {
                List<byte[]> parts = new ArrayList<>();
                Matcher hex = HEX.matcher(specimen.group(3));
                while (hex.find()) {
                    parts.add(undumped(hex.group(1)));
                }
                return parts;
            }
        }
        throw new AssertionError("no specimen of " + occasion);
    }

    private static byte[] undumped(String dump) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] last = {};
        for (String line : dump.lines().toList()) {
            if (line.equals("*")) {
                continue;
            }
            int at = Integer.parseInt(line.substring(0, 8), 16);
            while (bytes.size() < at) {
                bytes.writeBytes(last);
            }
            if (line.length() > 8) {
                String hex = line.substring(10, 10 + 3 * WIDTH).replace(" ", "");
                last = HexFormat.of().parseHex(hex);
                bytes.writeBytes(last);
            }
        }
        return bytes.toByteArray();
    }

    private static List<String> fields(JsonNode entry) {
        List<String> fields = new ArrayList<>();
        entry.path("fields").forEach(field -> fields.add(field.asText()));
        return fields;
    }

    private List<JsonNode> journal() {
        List<JsonNode> entries = new ArrayList<>();
        federation
                .done("site", "journal", federation.site("north").toString())
                .path("entries")
                .forEach(entries::add);
        return entries;
    }

    private String publish(String name, int rounds) throws Exception {
        Path file = TrialStudy.write(folder.resolve(name + ".json"), name, List.of("north"), tree -> {
            TrialStudy.part(tree, "plan").put("rounds", rounds).put("steps", 2).put("noiseMultiplier", 20.0);
            TrialStudy.part(tree, "evaluation").put("heldOutFraction", 0.3).put("noiseSigma", 40.0);
        });
        String study = federation
                .done("study", "publish", file.toString(), "--hub", hub)
                .path("digest")
                .asText();
        until(
                "the study at the site",
                () -> federation
                                .run(
                                        "officer",
                                        "review",
                                        federation.site("north").toString(),
                                        study)
                                .exit()
                        == 0);
        return study;
    }

    private void approve(String study) {
        Federation.Answer approved = federation.approve("north", study, 1, 1);
        assertThat(approved.exit()).as(approved.error()).isZero();
    }

    private void run(String study) {
        JsonNode end = federation.follow(
                federation.done("run", "start", study, "--hub", hub).path("run").asText());
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");
    }

    private void officer(String verb, String study, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("officer", verb, federation.site("north").toString(), study));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of(
                "--key",
                federation.officerKey("north").toString(),
                "--passphrase-file",
                federation.passphrase().toString()));
        federation.done(arguments.toArray(String[]::new));
    }

    /** The first patients of the export, until one was in a round and its notice has left. */
    private void withdrawSomebody() throws Exception {
        List<String> lines = Files.readAllLines(EXPORT, Charset.forName("GB18030"));
        for (String line : lines.subList(1, Math.min(lines.size(), 40))) {
            String identifier = line.split(",")[0];
            until(
                    "a receipt at the site",
                    () -> !federation
                            .done("site", "receipts", federation.site("north").toString())
                            .path("receipts")
                            .isEmpty());
            JsonNode gone = typing(
                    identifier,
                    () -> federation.done(
                            "officer",
                            "withdraw",
                            federation.site("north").toString(),
                            "-",
                            "--key",
                            federation.officerKey("north").toString(),
                            "--passphrase-file",
                            federation.passphrase().toString()));
            if (!gone.path("told").isEmpty()) {
                return;
            }
        }
        throw new AssertionError("nobody of the export was in a round");
    }

    private static synchronized JsonNode typing(String text, Callable<JsonNode> verb) throws Exception {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream((text + "\n").getBytes(StandardCharsets.UTF_8)));
            return verb.call();
        } finally {
            System.setIn(before);
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void until(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + PATIENCE;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.sleep(100);
        }
    }
}
