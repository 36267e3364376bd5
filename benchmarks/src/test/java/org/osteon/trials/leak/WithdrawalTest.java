package org.osteon.trials.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.trials.Federation;

/**
 * A patient withdraws after a round. The next round's exact sums differ from the first one's by that patient's row, as
 * it is read from the hospital's file by this test, and by nothing else; a later mapping has no row of the patient; the
 * models made before are flagged at the hub; and neither the identifier nor the pseudonym is anywhere it must not be.
 */
class WithdrawalTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Charset GB18030 = Charset.forName("GB18030");
    private static final Path EXPORT = Path.of("..", "sample-data", "hospital-a", "export.csv");
    private static final int ROWS = 300;
    private static final int NUMBER = 0;
    private static final int SEX = 6;
    private static final int AGE = 7;
    private static final int FRACTURE = 19;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    Path folder;

    private Federation federation;
    private String hub;
    private String north;
    private String study;

    @Test
    void theRowOfAPatientWhoWithdrewIsInNoLaterRoundOrSnapshot() throws Exception {
        Path input = Files.createDirectories(folder.resolve("input"));
        List<String> lines = Files.readAllLines(EXPORT, GB18030).subList(0, ROWS + 1);
        Files.write(input.resolve("export.csv"), lines, GB18030);
        String[] row = lines.get(17).split(",");
        String identifier = row[NUMBER];
        try (Federation made = new Federation(Files.createDirectories(folder.resolve("kept"))).withHub()) {
            // Given: a round with the patient
            federation = made;
            hub = federation.hub().toString();
            federation.withSite("north", "--k", "2", "--allow-exact");
            north = federation.site("north").toString();
            int patients = federation.map("north", input).path("patients").asInt();
            String first = model("withdrawal-1");
            String study = this.study;
            double[] with = sums(first);
            until(
                    "the receipt at the site",
                    () -> patient(identifier).toString().contains(first));

            // Where the patient is; somebody who is not there
            JsonNode found = patient(identifier);
            assertThat(found.path("inSnapshot").asBoolean()).isTrue();
            assertThat(found.path("withdrawn").asText()).isEmpty();
            assertThat(found.path("involved")).hasSize(1);
            assertThat(found.path("involved").path(0).path("study").asText()).isEqualTo(study);
            assertThat(found.path("involved").path(0).path("inCohort").asBoolean())
                    .isTrue();
            assertThat(found.path("involved").path(0).path("models").toString()).isEqualTo("[\"" + first + "\"]");
            assertThat(found.path("owed").path(0).path("study").asText()).isEqualTo(study);
            JsonNode nobody = patient("A99999999");
            assertThat(nobody.path("inSnapshot").asBoolean(true)).isFalse();
            assertThat(nobody.path("involved")).isEmpty();
            double spent = budget();

            // When
            Federation.Answer unsigned = federation.run("officer", "withdraw", north, identifier);
            JsonNode gone = withdraw(identifier);

            // Then: told with the officer's signature and not without, once
            assertThat(unsigned.exit()).isEqualTo(2);
            assertThat(unsigned.error()).contains("--key");
            assertThat(gone.path("fresh").asBoolean()).isTrue();
            assertThat(gone.path("told").path(0).path("hub").asText()).isEqualTo("DECISION_TAKEN");
            assertThat(gone.path("involved").path(0).path("inCohort").asBoolean(true))
                    .isFalse();
            assertThat(gone.path("owed")).isEmpty();
            JsonNode again = withdraw(identifier);
            assertThat(again.path("fresh").asBoolean(true)).isFalse();
            assertThat(again.path("told")).isEmpty();
            assertThat(again.path("withdrawn")).isEqualTo(gone.path("withdrawn"));
            assertThat(budget()).isEqualTo(spent);

            // The notice names the study and its models and nothing else, and the journal has it
            JsonNode journal = federation.done("site", "journal", north).path("entries");
            List<JsonNode> notices = new ArrayList<>();
            journal.forEach(entry -> {
                if ("withdrawal-notice".equals(entry.path("type").asText())) {
                    notices.add(entry);
                }
            });
            assertThat(notices).hasSize(1);
            assertThat(notices.get(0).path("study").asText()).isEqualTo(study);

            // The hub flags what was made with the patient, rewrites nothing, and flags nothing else
            JsonNode shown = federation.done("model", "show", first, "--hub", hub);
            assertThat(shown.path("flags")).hasSize(1);
            assertThat(shown.path("flags").path(0).path("site").asText()).isEqualTo("north");
            assertThat(shown.path("flags").path(0).path("code").asText()).isEqualTo("DATA_WITHDRAWN");
            assertThat(sums(first)).containsExactly(with);
            String second = model("withdrawal-2");
            assertThat(federation.done("model", "show", second, "--hub", hub).path("flags"))
                    .isEmpty();

            // The next round, and one after the agent was started again, lack exactly the patient's row
            differsByTheRow(with, sums(second), row);
            federation.kill("north");
            federation.startSite("north");
            differsByTheRow(with, sums(model("withdrawal-3")), row);
            assertThat(patient(identifier).path("involved").path(0).path("models"))
                    .isEqualTo(found.path("involved").path(0).path("models"));

            // A later mapping leaves the patient out and counts it
            JsonNode later = federation.map("north", input);
            assertThat(later.path("patients").asInt()).isEqualTo(patients - 1);
            assertThat(later.path("reasons").path("PATIENT_WITHDRAWN").asInt()).isEqualTo(1);
            assertThat(patient(identifier).path("inSnapshot").asBoolean(true)).isFalse();
        }
        nobodyCanRead(identifier, pseudonym(identifier), input);
    }

    /** Sums at the initial model, which every first round starts from: the patient's share is a product of its row. */
    private static void differsByTheRow(double[] with, double[] without, String[] row) {
        double[] x = {"女".equals(row[SEX]) ? 1 : 0, Double.parseDouble(row[AGE]), 1};
        double label = Double.parseDouble(row[FRACTURE]);
        int size = x.length;
        assertThat(with).hasSize(size + size * size).hasSameSizeAs(without);
        for (int i = 0; i < size; i++) {
            assertThat(with[i] - without[i]).isCloseTo((label - 0.5) * x[i], within(1e-6));
            for (int j = 0; j < size; j++) {
                int at = size + i * size + j;
                assertThat(with[at] - without[at]).isCloseTo(0.25 * x[i] * x[j], within(1e-6));
            }
        }
    }

    /** Publishes a study, has it approved, runs its one round and returns its model. */
    private String model(String name) throws Exception {
        study = federation
                .done("study", "publish", write(name).toString(), "--hub", hub)
                .path("digest")
                .asText();
        until(
                "the study at the site",
                () -> federation.run("officer", "review", north, study).exit() == 0);
        Federation.Answer approved = federation.approve("north", study, 0, 1, "--waive", "SMALL_CELL");
        assertThat(approved.exit()).as(approved.error()).isZero();
        assertThat(approved.json().path("hub").asText()).isEqualTo("DECISION_TAKEN");
        String run =
                federation.done("run", "start", study, "--hub", hub).path("run").asText();
        JsonNode end = federation.follow(run);
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");
        return end.path("model").asText();
    }

    /** What the site sent for a model, as the hub keeps it. */
    private double[] sums(String model) throws IOException {
        String update = federation
                .done("model", "show", model, "--hub", hub)
                .path("inputs")
                .path(0)
                .path("update")
                .asText();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(federation
                        .hub()
                        .resolve("objects")
                        .resolve("sha256")
                        .resolve(update.substring(0, 2))
                        .resolve(update)))
                .order(ByteOrder.LITTLE_ENDIAN);
        double[] sums = new double[bytes.remaining() / Double.BYTES];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = bytes.getDouble();
        }
        return sums;
    }

    private JsonNode patient(String identifier) {
        return typing(identifier, () -> federation.done("officer", "patient", north, "-"));
    }

    private JsonNode withdraw(String identifier) {
        return typing(
                identifier,
                () -> federation.done(
                        "officer",
                        "withdraw",
                        north,
                        "-",
                        "--key",
                        federation.officerKey("north").toString(),
                        "--passphrase-file",
                        federation.passphrase().toString()));
    }

    private interface Asking {
        JsonNode ask();
    }

    private static synchronized JsonNode typing(String text, Asking verb) {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream((text + "\n").getBytes(StandardCharsets.UTF_8)));
            return verb.ask();
        } finally {
            System.setIn(before);
        }
    }

    private double budget() {
        return federation
                .done("data", "budget", north)
                .path("sets")
                .path(0)
                .path("releases")
                .asDouble();
    }

    private Path write(String name) throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(
                Path.of("..", "sample-data", "studies", "glow-exact.json").toFile());
        tree.put("name", name);
        ObjectNode cohort = (ObjectNode) tree.path("cohort");
        cohort.put("sql", "SELECT patient, female, age, fracture FROM export");
        cohort.set(
                "features",
                JSON.readTree("[{\"column\":\"female\",\"center\":0,\"scale\":1},{\"column\":\"age\",\"center\":0,"
                        + "\"scale\":1}]"));
        ((ObjectNode) tree.path("model").path("arrays").path(0)).set("shape", JSON.readTree("[1,2]"));
        ((ObjectNode) tree.path("plan")).put("rounds", 1);
        ((ObjectNode) tree.path("participation"))
                .put("quorum", 1)
                .putArray("sites")
                .add("north");
        return Files.writeString(folder.resolve(name + ".json"), JSON.writeValueAsString(tree));
    }

    /** As docs/spec/mapping-profile.md says how a pseudonym is made, from the site's key. */
    private String pseudonym(String identifier) throws Exception {
        byte[] key = HexFormat.of()
                .parseHex(
                        Files.readString(folder.resolve("kept").resolve("north").resolve("pseudonym.key"))
                                .strip());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        byte[] full = mac.doFinal(("osteon/1|patient|" + identifier).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(full, 0, 16);
    }

    /** The identifier is nowhere; the pseudonym is in the site's snapshots and database and nowhere else. */
    private void nobodyCanRead(String identifier, String pseudonym, Path input) throws IOException {
        LeakScan identifiers = new LeakScan(List.of(new Needle("id", identifier)));
        LeakScan pseudonyms = new LeakScan(List.of(new Needle("pseudonym", pseudonym)));
        Path kept = folder.resolve("kept");
        assertThat(finds(identifiers, input))
                .as("the scan finds it where it is")
                .isNotEmpty();
        assertThat(finds(pseudonyms, kept.resolve("north")))
                .as("the scan finds it where it is")
                .isNotEmpty();
        assertThat(finds(identifiers, kept)).isEmpty();
        for (String part : List.of("hub", "logs", "north/log", "north/logs", "north/outbox")) {
            assertThat(kept.resolve(part)).exists();
            assertThat(finds(pseudonyms, kept.resolve(part))).as(part).isEmpty();
        }
        List<String> spoken = federation.spoken();
        assertThat(spoken).noneMatch(text -> text.contains(identifier) || text.contains(pseudonym));
    }

    private static List<LeakScan.Find> finds(LeakScan scan, Path place) throws IOException {
        List<LeakScan.Find> finds = new ArrayList<>();
        for (Map.Entry<String, byte[]> piece : Containers.below(place).entrySet()) {
            finds.addAll(scan.scan(piece.getKey(), piece.getValue()));
        }
        return finds;
    }

    private interface Condition {
        boolean holds();
    }

    private static void until(String what, Condition condition) throws InterruptedException {
        long end = System.nanoTime() + LIMIT;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.sleep(50);
        }
    }
}
