package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.benchmarks.measure.Ports;
import org.osteon.cli.Osteon;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;

/**
 * The command as its users meet it, verb by verb against a live federation: the members of each verb's last line, the
 * exit codes 0 to 4, sentences in two languages, and no stack, secret or JSON where a person reads.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VerbsTest {
    private static final Path SAMPLES = Path.of("..", "sample-data");
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(120);
    private static final String UNTIL = "2125-01-01T00:00:00Z";
    private static final int DONE = 0;
    private static final int DOES_NOT_HOLD = 1;
    private static final int WRONG_CALL = 2;
    private static final int REFUSED = 3;
    private static final int TRY_AGAIN = 4;

    private Path folder;
    private Federation federation;
    private String hub;
    private String north;
    private String south;
    private String east;
    private String study;
    private String run;
    private Path trial = Path.of("");
    private String model;

    @BeforeAll
    void start(@TempDir Path given) throws IOException {
        folder = given;
        federation = new Federation(Files.createDirectory(given.resolve("federation"))).withHub();
        hub = federation.hub().toString();
        north = federation.site("north").toString();
        south = federation.site("south").toString();
        east = federation.site("east").toString();
        study = "";
        run = "";
        model = "";
    }

    @AfterAll
    void close() {
        federation.close();
    }

    @Test
    @Order(1)
    void emptyListsSayWhatToDoNext() {
        assertThat(text("en", "study", "list", "--hub", hub)).contains("osteon study publish FILE");
        assertThat(text("zh", "study", "list", "--hub", hub)).contains("尚无").contains("osteon study publish FILE");
        assertThat(text("en", "run", "list", "--hub", hub)).contains("osteon run start STUDY");
        assertThat(text("en", "model", "list", "--hub", hub)).contains("osteon run start STUDY");
        assertThat(text("en", "coordinator", "status", hub)).contains("osteon coordinator enrol DIR --site NAME");
        for (String list : List.of("study", "run", "model")) {
            JsonNode answer = done(list, "list", "--hub", hub);
            assertThat(answer.size()).isEqualTo(1);
            assertThat(answer.elements().next().isArray()).as(list).isTrue();
        }
    }

    @Test
    @Order(2)
    void daemonsOwnProgramsEndWithTheTablesCodesAndNoStack() throws IOException {
        // Done
        Ended made =
                program("Coordinator", Map.of(), "init", folder.resolve("hub-2").toString(), "--json");
        assertThat(made.exit()).isEqualTo(DONE);
        fields(made.json(), "federation", "address", "tlsPin", "logKey");

        // Wrong calls change nothing
        ended(WRONG_CALL, "DIR", program("Coordinator", Map.of(), "init", "--json"));
        ended(WRONG_CALL, "not empty", program("Coordinator", Map.of(), "init", hub, "--json"));
        Path never = folder.resolve("never");
        ended(
                WRONG_CALL,
                "HOST:PORT",
                program("Coordinator", Map.of(), "init", never.toString(), "--address", "nowhere", "--json"));
        ended(
                WRONG_CALL,
                "Bad Name",
                program("Coordinator", Map.of(), "init", never.toString(), "--federation", "Bad Name", "--json"));
        ended(WRONG_CALL, "--what", program("Coordinator", Map.of(), "init", never.toString(), "--what", "--json"));
        ended(WRONG_CALL, "osteon.toml", program("Coordinator", Map.of(), "start", never.toString(), "--json"));
        ended(
                WRONG_CALL,
                "which hub",
                program("SiteAgent", Map.of(), "init", never.toString(), "--token", "t", "--json"));
        ended(
                WRONG_CALL,
                "must be a number, was \"much\"",
                program("SiteAgent", Map.of(), "init", never.toString(), "--epsilon-ceiling", "much", "--json"));
        assertThat(never).doesNotExist();

        // Refused by the hub, which is found in OSTEON_HUB; the token comes from a file
        Path token = Files.writeString(folder.resolve("token"), "never-issued\n");
        ended(
                REFUSED,
                "did not enrol",
                program(
                        "SiteAgent",
                        Map.of("OSTEON_HUB", hub),
                        "init",
                        never.toString(),
                        "--token-file",
                        token.toString(),
                        "--address",
                        "127.0.0.1:0",
                        "--json"));

        // Nobody there, and nobody can be
        ended(
                TRY_AGAIN,
                "did not answer",
                program(
                        "SiteAgent",
                        Map.of(),
                        "init",
                        never.toString(),
                        "--hub",
                        "127.0.0.1:" + Ports.free(),
                        "--hub-pin",
                        "0".repeat(64),
                        "--token",
                        "t",
                        "--json"));
        ended(TRY_AGAIN, "cannot listen", program("Coordinator", Map.of(), "start", hub, "--json"));
        try (Stream<Path> left = Files.list(never)) {
            assertThat(left).as("a site that was not enrolled leaves nothing").isEmpty();
        }
    }

    @Test
    @Order(3)
    void hubsOperatorEnrolsAndConfirms() throws IOException {
        fields(done("coordinator", "status", hub), "federation", "address", "tlsPin", "logKey", "sites", "logSize");
        fields(done("coordinator", "enrol", hub, "--site", "unused"), "token", "expires");
        refused(WRONG_CALL, "NAME_MALFORMED", "Bad Name", "coordinator", "enrol", hub, "--site", "Bad Name");
        refused(
                WRONG_CALL,
                "SITE_UNKNOWN",
                "nobody",
                "coordinator",
                "confirm",
                hub,
                "--site",
                "nobody",
                "--fingerprint",
                "x");
        refused(WRONG_CALL, "SITE_UNKNOWN", "nobody", "coordinator", "revoke", hub, "--site", "nobody");
        for (String site : List.of("north", "south", "east")) {
            federation.withSite(site, "--epsilon-ceiling", "5", "--epsilon-total", "10", "--delta-ceiling", "1e-5");
        }
        refused(
                REFUSED,
                "FINGERPRINT_DIFFERS",
                "north",
                "coordinator",
                "confirm",
                hub,
                "--site",
                "north",
                "--fingerprint",
                "0000");
        refused(WRONG_CALL, "SITE_KNOWN", "north", "coordinator", "enrol", hub, "--site", "north");
        fields(done("site", "status", north), "site", "nodeKey", "state", "hub", "snapshot", "trouble", "lastContact");
        await(
                "the site to be connected",
                () -> "connected"
                        .equals(done("site", "status", north).path("state").asText()));
        fields(done("site", "policy", north), "epsilonCeiling", "epsilonTotal", "deltaCeiling", "k", "allowExact");
        fields(
                done("data", "budget", north).path("sets").path(0),
                "patients",
                "epsilon",
                "delta",
                "remaining",
                "accountant");
        assertThat(text("en", "site", "receipts", north)).contains("none yet");
        assertThat(text("en", "site", "status", north)).contains("osteon data map");
        JsonNode doctor = federation.run("doctor", north).json();
        fields(doctor, "ok", "role", "checks");
        refused(WRONG_CALL, "", "needs a site", "site", "status", hub);
        refused(WRONG_CALL, "", "osteon.toml", "site", "status", folder.toString());
    }

    @Test
    @Order(4)
    void mapsAMixedFolderAndAccountsForEachUnit() throws IOException {
        // Given: a table, DICOM images, FHIR and something of no known kind
        Path mixed = Files.createDirectory(folder.resolve("mixed"));
        Path hospital = SAMPLES.resolve("hospital-c");
        Files.copy(hospital.resolve("export.csv"), mixed.resolve("a"));
        try (Stream<Path> images = Files.list(hospital.resolve("images"))) {
            Files.copy(images.sorted().findFirst().orElseThrow(), mixed.resolve("b"));
        }
        try (Stream<Path> fhir = Files.list(hospital.resolve("fhir"))) {
            Files.copy(fhir.sorted().findFirst().orElseThrow(), mixed.resolve("c"));
        }
        Files.writeString(mixed.resolve("d"), "nothing known");
        Path configuration = folder.resolve("configuration");
        Map<String, String> own = Map.of("XDG_CONFIG_HOME", configuration.toString());
        Path key = configuration.resolve("osteon").resolve("pseudonym.key");

        // When: neither --site nor --key
        Path first = folder.resolve("snapshot-1");
        Ended said = program(
                "Osteon", own, "data", "map", "--input", mixed.toString(), "--out", first.toString(), "--lang", "en");
        Ended again = program(
                "Osteon",
                own,
                "data",
                "map",
                "--input",
                mixed.toString(),
                "--out",
                folder.resolve("snapshot-2").toString(),
                "--json");

        // Then: the key is made once, for its owner alone, and named
        assertThat(said.exit()).as(said.err()).isEqualTo(DONE);
        assertThat(said.out())
                .contains("A pseudonym key was made for you in " + key)
                .contains("(FILE_UNKNOWN): 1");
        readable(said.out());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(said.out() + again.out())
                .doesNotContain(Files.readString(key).strip());
        JsonNode mapped = again.json();
        fields(
                mapped,
                "snapshot",
                "read",
                "mapped",
                "filtered",
                "duplicate",
                "rejected",
                "quarantined",
                "reasons",
                "files",
                "risk");
        fields(mapped.path("files").path(0), "path", "rows", "sha256");
        assertThat(mapped.path("risk").has("k")).isTrue();
        assertThat(mapped.path("keyFile").asText()).isEqualTo(key.toString());
        assertThat(mapped.path("sources")).hasSizeGreaterThanOrEqualTo(4).allSatisfy(VerbsTest::balances);
        balances(mapped);

        // Inspect and verify; a changed byte; wrong calls
        for (String verb : List.of("inspect", "verify")) {
            JsonNode looked = done("data", verb, first.toString());
            fields(looked, "ok", "schema", "rows");
            fields(looked.path("schema").path(0), "table", "column", "type", "action");
        }
        Path table = first.resolve("tables").resolve("export.parquet");
        byte[] bytes = Files.readAllBytes(table);
        bytes[bytes.length / 2] ^= 1;
        table.toFile().setWritable(true);
        Files.write(table, bytes);
        JsonNode broken = refused(DOES_NOT_HOLD, "TABLE_CHANGED", "export", "data", "verify", first.toString());
        assertThat(broken.path("ok").asBoolean(true)).isFalse();
        refused(WRONG_CALL, "SNAPSHOT_MISSING", "data map", "data", "inspect", mixed.toString());
        refused(
                WRONG_CALL,
                "",
                "nowhere",
                "data",
                "verify",
                folder.resolve("nowhere").toString());
        String out = folder.resolve("snapshot-3").toString();
        refused(
                WRONG_CALL,
                "OUTPUT_NOT_EMPTY",
                "",
                "data",
                "map",
                "--input",
                mixed.toString(),
                "--out",
                first.toString(),
                "--site",
                north);
        refused(WRONG_CALL, "INPUT_MISSING", "", "data", "map", "--input", "nowhere", "--out", out, "--site", north);
        refused(
                WRONG_CALL,
                "",
                "not both",
                "data",
                "map",
                "--input",
                mixed.toString(),
                "--out",
                out,
                "--site",
                north,
                "--key",
                key.toString());
        refused(
                REFUSED,
                "MANIFEST_SIGNER_UNKNOWN",
                "--site",
                "site",
                "data",
                "add",
                north,
                folder.resolve("snapshot-2").toString());
        for (String site : List.of("north", "south", "east")) {
            federation.map(site, hospital.resolve("export.csv"));
        }
        assertThat(done("doctor", north).path("ok").asBoolean()).isTrue();
    }

    @Test
    @Order(5)
    void studiesAreValidatedPublishedAskedAndAmended() throws IOException {
        // Given
        Path file = studyFile("trial", tree -> {});
        Path costly = studyFile("costly", tree -> ((ObjectNode) tree.path("privacy")).put("epsilon", 6.0));
        Path unknown = studyFile("unknown", tree -> tree.put("schema", "osteon.study/9"));

        // When / Then
        study = done("study", "validate", file.toString()).path("digest").asText();
        assertThat(done("study", "publish", file.toString(), "--hub", hub)
                        .path("digest")
                        .asText())
                .isEqualTo(study);
        refused(WRONG_CALL, "SCHEMA_UNKNOWN", "osteon.study/9", "study", "validate", unknown.toString());
        refused(WRONG_CALL, "", "nowhere.json", "study", "validate", "nowhere.json");
        refused(
                REFUSED,
                "ROLE_MISSING",
                "ml-engineer",
                "study",
                "publish",
                file.toString(),
                "--hub",
                hub,
                "--as",
                "regulator");
        refused(WRONG_CALL, "", "nobody", "study", "list", "--hub", hub, "--as", "nobody");
        fields(done("study", "list", "--hub", hub).path("studies").path(0), "study", "name", "version", "decisions");
        assertThat(done("study", "show", study.substring(0, 8), "--hub", hub)
                        .path("schema")
                        .asText())
                .isEqualTo("osteon.study/1");
        refused(WRONG_CALL, "STUDY_UNKNOWN", "abcdef01", "study", "show", "abcdef01", "--hub", hub);
        refused(WRONG_CALL, "DIGEST_MALFORMED", "six hex digits", "study", "show", "abc", "--hub", hub);

        JsonNode yes = done("study", "dry-run", study, "--hub", hub).path("answers");
        assertThat(yes).hasSize(3).allSatisfy(answer -> {
            fields(answer, "site", "verdict", "reasons");
            assertThat(answer.path("verdict").asText()).isEqualTo("would-accept");
        });
        String asked = done("study", "publish", costly.toString(), "--hub", hub)
                .path("digest")
                .asText();
        Federation.Answer no = federation.run("study", "dry-run", asked, "--hub", hub);
        assertThat(no.exit()).isEqualTo(REFUSED);
        assertThat(no.json().path("answers").path(0).path("reasons").toString())
                .contains("EPSILON_ABOVE_SITE_CEILING")
                .contains("\"who\":\"operator\"");
        assertThat(text("en", "study", "dry-run", asked, "--hub", hub)).contains("the site's operator can change it");
        assertThat(text("zh", "study", "dry-run", asked, "--hub", hub)).contains("本站点运维人员可以更改");

        Path next = studyFile("trial", tree -> {
            tree.put("version", 2).put("previous", study);
            ((ObjectNode) tree.path("plan")).put("noiseMultiplier", 30.0);
            ((ObjectNode) tree.path("participation"))
                    .putArray("sites")
                    .add("north")
                    .add("south");
        });
        trial = next;
        JsonNode amended = done("study", "amend", study.substring(0, 8), next.toString(), "--hub", hub);
        fields(amended, "digest", "previous", "changes", "signature");
        assertThat(amended.path("changes")).hasSize(2);
        assertThat(amended.path("changes").toString())
                .contains("{\"after\":\"30.0\",\"before\":\"20.0\",\"change\":\"changed\","
                        + "\"field\":\"plan.noiseMultiplier\"}")
                .contains("participation.sites");
        refused(WRONG_CALL, "", "predecessor", "study", "amend", asked, next.toString(), "--hub", hub);
        study = amended.path("digest").asText();
    }

    @Test
    @Order(6)
    void officersDecideWithTheirOwnKeys() {
        // The key
        String phrase = federation.passphrase().toString();
        fields(
                done("officer", "key", "new", folder.resolve("k.key").toString(), "--passphrase-file", phrase),
                "publicKey");
        refused(
                WRONG_CALL,
                "",
                "never overwritten",
                "officer",
                "key",
                "new",
                folder.resolve("k.key").toString(),
                "--passphrase-file",
                phrase);

        // What is asked, and what is refused
        await(
                "the study at the site",
                () -> federation.run("officer", "review", north, study).exit() == DONE);
        await(
                "the study at the site",
                () -> federation.run("officer", "review", south, study).exit() == DONE);
        JsonNode review = done("officer", "review", north, study);
        fields(review, "study", "cohort", "columns", "patients", "epsilon", "releases", "remaining");
        refused(WRONG_CALL, "STUDY_UNKNOWN", "abcdef01", "officer", "review", north, "abcdef01");
        refused(REFUSED, "", "no approval", officer("revoke", "north", "--reason", "none"));
        refused(REFUSED, "CAPSULE_WIDER_THAN_STUDY", "more than the study asks", approval("north", "4.9", UNTIL));
        refused(WRONG_CALL, "", "must lie in the future", approval("north", "1", "2020-01-01T00:00:00Z"));
        refused(WRONG_CALL, "", "2027-03-01T00:00:00Z", approval("north", "1", "tomorrow"));
        refused(
                WRONG_CALL,
                "",
                "no-such.key",
                "officer",
                "refuse",
                north,
                study,
                "--key",
                "no-such.key",
                "--passphrase-file",
                phrase,
                "--reason",
                "x");
        Federation.Answer number = federation.run(approval("north", "much", UNTIL));
        assertThat(number.exit()).isEqualTo(WRONG_CALL);
        assertThat(number.error()).contains("'--epsilon'").contains("'much' is not a number");

        // Ask the engineer
        String[] question = officer("ask", "north", "--text", "Why is the height needed?");
        assertThat(text("en", question)).contains("to the byte").contains("\"text\":\"Why is the height needed?\"");
        JsonNode asked = done(officer("ask", "north", "--text", "And the weight?"));
        fields(asked, "site", "study", "question", "hub");
        refused(WRONG_CALL, "TEXT_MALFORMED", "2000", officer("ask", "north", "--text", "x".repeat(2001)));
        JsonNode questions = done("study", "show", study, "--hub", hub).path("questions");
        assertThat(questions).hasSize(2);
        fields(questions.path(0), "site", "asked", "text", "answers", "question");
        fields(
                done("study", "answer", study, "--site", "north", "--text", "For the BMI.", "--hub", hub),
                "digest",
                "question",
                "site");
        refused(
                WRONG_CALL,
                "QUESTION_UNKNOWN",
                "south",
                "study",
                "answer",
                study,
                "--site",
                "south",
                "--text",
                "x",
                "--hub",
                hub);
        await(
                "the answer at the site",
                () -> done("officer", "review", north, study)
                        .path("questions")
                        .toString()
                        .contains("For the BMI."));

        // Refuse, then approve
        fields(done(officer("refuse", "south", "--reason", "not this week")), "capsule", "digest", "decision");
        JsonNode approved = done(approval("north", "1", UNTIL));
        fields(approved, "capsule", "digest", "decision");
        assertThat(approved.path("decision").asText()).isEqualTo("approved");
        refused(REFUSED, "QUORUM_NOT_APPROVED", "officers", "run", "start", study, "--hub", hub);
        assertThat(text("zh", approval("south", "1", UNTIL))).contains("您将签署的内容");
        await(
                "both approvals at the hub",
                () -> decisions().toString().equals("{\"north\":\"capsule\",\"south\":\"capsule\"}"));
    }

    @Test
    @Order(7)
    void runsAreStoppedWithdrawnFromAndResumed() throws IOException {
        // Given: a site where nothing leaves
        JsonNode stopped = done("site", "stop-all", south);
        fields(stopped, "site", "nodeKey", "state");
        assertThat(stopped.path("state").asText()).isEqualTo("stopped");
        int left = done("site", "journal", south).path("entries").size();

        // When
        JsonNode started = done("run", "start", study, "--hub", hub);
        fields(started, "run", "state", "waitingFor", "rounds");
        run = started.path("run").asText();
        await(
                "north to be counted",
                () -> show().path("rounds").path(0).path("counted").toString().contains("north"));

        // Then: the run says who is awaited and why, and nothing left the site
        fields(show().path("waitingFor").path(0), "site", "since", "why");
        assertThat(show().path("waitingFor").path(0).path("site").asText()).isEqualTo("south");
        JsonNode line = done("run", "list", "--hub", hub).path("runs").path(0);
        fields(line, "run", "state", "waitingFor", "rounds");
        assertThat(done("site", "journal", south).path("entries")).hasSize(left);
        assertThat(federation.run("doctor", south).exit()).isEqualTo(DOES_NOT_HOLD);

        // Pause, stop and resume
        JsonNode paused = done("run", "pause", run, "--hub", hub);
        fields(paused, "run", "state", "pausedBy", "pausedSince", "waitingFor", "rounds");
        assertThat(paused.path("state").asText()).isEqualTo("paused");
        assertThat(text("zh", "run", "show", run, "--hub", hub)).contains("已暂停");
        refused(WRONG_CALL, "RUN_NOT_RUNNING", "paused", "run", "pause", run, "--hub", hub);
        refused(REFUSED, "ROLE_MISSING", "ml-engineer", "run", "pause", run, "--hub", hub, "--as", "regulator");
        assertThat(done("run", "resume", run, "--hub", hub).path("state").asText())
                .isEqualTo("running");
        assertThat(done("run", "stop", run, "--hub", hub).path("state").asText())
                .isEqualTo("stopped");
        refused(WRONG_CALL, "RUN_NOT_RUNNING", run, "run", "stop", run, "--hub", hub);
        assertThat(done("run", "resume", run, "--hub", hub).path("state").asText())
                .isEqualTo("running");
        refused(WRONG_CALL, "RUN_NOT_STALLED", run, "run", "resume", run, "--hub", hub);
        refused(WRONG_CALL, "RUN_UNKNOWN", "r-none", "run", "show", "r-none", "--hub", hub);

        // The officer withdraws in mid-run; lifted, the site refuses, and the run stalls
        assertThat(done(officer("revoke", "south", "--reason", "the board met"))
                        .path("decision")
                        .asText())
                .isEqualTo("revoked");
        fields(done("site", "resume", south), "site", "nodeKey", "state");
        await("the run to stall", () -> "stalled".equals(show().path("state").asText()));
        JsonNode round = show().path("rounds").path(0);
        assertThat(round.path("refused").toString() + round.path("rejected"))
                .contains("south")
                .contains("CAPSULE_");

        // Approved anew, the same round is asked again and completes with both
        done(approval("south", "1", UNTIL));
        await(
                "the new approval at the hub",
                () -> decisions().path("south").asText().equals("capsule"));
        done("run", "resume", run, "--hub", hub);
        JsonNode end = federation.follow(run);
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");
        assertThat(end.path("rounds").path(0).path("counted").toString()).isEqualTo("[\"north\",\"south\"]");
        model = end.path("model").asText();

        JsonNode replay = done("round", "replay", run, "1", "--hub", hub);
        fields(replay, "ok", "expected", "actual");
        refused(WRONG_CALL, "ROUND_UNKNOWN", "99", "round", "replay", run, "99", "--hub", hub);
        JsonNode set = done("data", "budget", north).path("sets").path(0);
        assertThat(set.path("epsilon").asDouble()).isPositive();
        JsonNode entry =
                done("site", "journal", north, "--study", study).path("entries").path(0);
        fields(entry, "time", "type", "digest", "bytes", "to", "capsule");
        aNewVersionIsComparedWithWhatWasApproved();
        journalIsFilteredSummedAndWritten();
        JsonNode spend = set.path("history");
        assertThat(spend)
                .hasSize(set.path("releases").asInt()
                        + set.path("reservedWithoutRelease").asInt());
        fields(spend.path(0), "time", "study", "run", "round", "epsilon", "epsilonSum", "state", "mechanism");
        assertThat(spend.path(spend.size() - 1).path("epsilonSum").asDouble())
                .isEqualTo(set.path("epsilon").asDouble());
        JsonNode verified = done("site", "journal", north, "--verify");
        fields(verified, "ok", "entries");
        assertThat(done("site", "receipts", north).path("receipts")).isNotEmpty();
    }

    /** A new version after an approval: the officer reads what is other, and that a new signature is needed. */
    private void aNewVersionIsComparedWithWhatWasApproved() throws IOException {
        JsonNode same = done("officer", "review", north, study).path("amendment");
        assertThat(same.path("signature").asText()).isEqualTo("not-needed");
        assertThat(same.path("changes")).isEmpty();
        Path next = studyFile("trial", tree -> {
            tree.put("version", 3).put("previous", study);
            ((ObjectNode) tree.path("plan")).put("noiseMultiplier", 30.0);
            ((ObjectNode) tree.path("participation"))
                    .putArray("sites")
                    .add("north")
                    .add("south");
            tree.put("purpose", "Another purpose.");
        });
        String third = done("study", "amend", study, next.toString(), "--hub", hub)
                .path("digest")
                .asText();
        await(
                "the new version at the site",
                () -> federation.run("officer", "review", north, third).exit() == DONE);
        JsonNode amendment = done("officer", "review", north, third).path("amendment");
        fields(amendment, "previous", "version", "decided", "signature", "binds", "changes");
        assertThat(amendment.path("previous").asText()).isEqualTo(study);
        assertThat(amendment.path("signature").asText()).isEqualTo("needed");
        assertThat(amendment.path("changes")).hasSize(1);
        assertThat(amendment.path("changes").path(0).path("field").asText()).isEqualTo("purpose");
        List<String> needed = new ArrayList<>();
        amendment.path("binds").forEach(bound -> {
            if ("needed".equals(bound.path("signature").asText())) {
                needed.add(bound.path("field").asText());
            }
        });
        assertThat(needed).containsExactly("study", "purpose");
        assertThat(text("zh", "officer", "review", north, third)).contains("需要").contains("不需要");
    }

    private void journalIsFilteredSummedAndWritten() {
        JsonNode all = done("site", "journal", north);
        fields(all, "entries", "perDay", "perStudy");
        fields(all.path("perDay").path(0), "day", "entries", "bytes");
        fields(all.path("perStudy").path(0), "study", "entries", "bytes");
        long entries = 0;
        for (JsonNode day : all.path("perDay")) {
            entries += day.path("entries").asLong();
        }
        assertThat(entries).isEqualTo(all.path("entries").size());
        JsonNode updates = done("site", "journal", north, "--type", "update").path("entries");
        assertThat(updates)
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.path("type").asText()).isEqualTo("update"));
        String middle = updates.path(1).path("time").asText();
        assertThat(done("site", "journal", north, "--type", "update", "--until", middle)
                        .path("entries"))
                .hasSize(1);
        assertThat(done("site", "journal", north, "--type", "update", "--since", middle)
                        .path("entries"))
                .hasSize(updates.size() - 1);
        assertThat(done("site", "journal", north, "--until", "2020-01-01").path("entries"))
                .isEmpty();
        refused(WRONG_CALL, "", "yesterday", "site", "journal", north, "--since", "yesterday");
        String csv = folder.resolve("journal.csv").toString();
        done("site", "journal", north, "--type", "update", "--csv", csv);
        assertThat(Path.of(csv))
                .content()
                .startsWith("time,type,digest,bytes,to,capsule,study\r\n")
                .hasLineCount(updates.size() + 1)
                .contains("," + updates.path(0).path("digest").asText() + ",");
        refused(WRONG_CALL, "", "never overwritten", "site", "journal", north, "--csv", csv);
    }

    @Test
    @Order(8)
    void aPatientIsFoundAndWithdrawn() {
        // One whom chance did not put among those held out
        await(
                "the receipts at the site",
                () -> !done("site", "receipts", north).path("receipts").isEmpty());
        String patient = "";
        for (int i = 0; i < 20 && patient.isEmpty(); i++) {
            String one = "C250000%02d".formatted(i);
            patient = done("officer", "patient", north, one).toString().contains(model) ? one : "";
        }
        JsonNode found = done("officer", "patient", north, patient);
        fields(found, "site", "inSnapshot", "withdrawn", "involved", "owed");
        JsonNode involved = JsonNodeFactory.instance.missingNode();
        for (JsonNode one : found.path("involved")) {
            involved = one.path("study").asText().equals(study) ? one : involved;
        }
        fields(involved, "study", "name", "version", "inCohort", "models", "parts");
        fields(involved.path("parts").path(0), "run", "round", "exchange", "model", "open");
        assertThat(text("zh", "officer", "patient", north, patient))
                .contains("参与的轮次")
                .doesNotContain(patient);
        refused(WRONG_CALL, "PATIENT_MALFORMED", "characters", "officer", "patient", north, "9".repeat(300));
        refused(WRONG_CALL, "", "--key", "officer", "withdraw", north, patient);

        String key = federation.officerKey("north").toString();
        String phrase = federation.passphrase().toString();
        String said = text("en", "officer", "withdraw", north, patient, "--key", key, "--passphrase-file", phrase);
        assertThat(said)
                .contains("to the byte")
                .contains("\"schema\":\"osteon.withdrawal-notice/1\"")
                .doesNotContain(patient);
        JsonNode again = done("officer", "withdraw", north, patient, "--key", key, "--passphrase-file", phrase);
        fields(again, "site", "withdrawn", "fresh", "told", "owed");
        assertThat(again.path("fresh").asBoolean(true)).isFalse();
        JsonNode flags = done("model", "show", model, "--hub", hub).path("flags");
        fields(flags.path(0), "code", "site", "model", "study", "notice", "time");
    }

    @Test
    @Order(9)
    void aRevokedSiteCountsNoLongerAndStaysRevoked() throws IOException {
        // Given: a run that waits for a site
        Path file = studyFile("with-east", tree -> {
            ((ObjectNode) tree.path("participation")).put("roundSeconds", 5);
            ((ObjectNode) tree.path("participation"))
                    .putArray("sites")
                    .add("north")
                    .add("east");
        });
        String asked = done("study", "publish", file.toString(), "--hub", hub)
                .path("digest")
                .asText();
        for (String site : List.of("north", "east")) {
            await(
                    "the study at " + site,
                    () -> federation
                                    .run(
                                            "officer",
                                            "review",
                                            federation.site(site).toString(),
                                            asked)
                                    .exit()
                            == DONE);
            assertThat(federation.approve(site, asked, 1, 2).exit()).isZero();
        }
        await(
                "both approvals",
                () -> federation.run("run", "start", asked, "--hub", hub).exit() == DONE);
        String other = done("run", "list", "--hub", hub)
                .path("runs")
                .path(0)
                .path("run")
                .asText();

        // When
        JsonNode revoked = done("coordinator", "revoke", hub, "--site", "east");

        // Then
        assertThat(revoked.path("state").asText()).isEqualTo("revoked");
        int events = done("audit", "log", "--hub", hub).path("entries").size();
        done("coordinator", "revoke", hub, "--site", "east");
        assertThat(done("audit", "log", "--hub", hub, "--from", Integer.toString(events - 1))
                        .toString())
                .as("revoked again, nothing happens")
                .doesNotContain("\"seq\":" + (events + 1) + ",\"subject\":\"east\"");
        refused(
                REFUSED,
                "SITE_REVOKED",
                "east",
                "coordinator",
                "confirm",
                hub,
                "--site",
                "east",
                "--fingerprint",
                revoked.path("fingerprint").asText());
        await(
                "the run to end its rounds",
                () -> !"running"
                        .equals(done("run", "show", other, "--hub", hub)
                                .path("state")
                                .asText()));
        await(
                "the site to find out",
                () -> done("site", "status", east).path("trouble").asText().contains("CALLER_UNKNOWN"));
        assertThat(done("study", "dry-run", asked, "--hub", hub).path("answers"))
                .hasSize(1);
    }

    @Test
    @Order(10)
    void modelsAreCheckedReleasedAndProven() throws IOException {
        // The registry
        fields(done("model", "list", "--hub", hub).path("models").path(0), "model", "digest", "parents", "parameters");
        fields(done("model", "show", model, "--hub", hub), "model", "digest", "parents", "parameters", "inputs");
        for (String ending : List.of("npz", "safetensors")) {
            Path file = folder.resolve("model." + ending);
            fields(
                    done("model", "export", model.substring(0, 8), "--out", file.toString(), "--hub", hub),
                    "model",
                    "digest",
                    "parents",
                    "parameters",
                    "file",
                    "sha256");
            assertThat(file).isNotEmptyFile();
        }
        refused(WRONG_CALL, "", ".safetensors", "model", "export", model, "--out", "m.txt", "--hub", hub);
        refused(WRONG_CALL, "", "no folder", "model", "export", model, "--out", "no/where/m.npz", "--hub", hub);
        refused(WRONG_CALL, "MODEL_UNKNOWN", "abcdef01", "model", "show", "abcdef01", "--hub", hub);

        // Checks: a limit that nothing meets, then one that holds; both reports are evidence
        refused(WRONG_CALL, "REPORT_UNKNOWN", "run the checks", release());
        // The declarer's key must be known, and limits signed with it
        String tables = tables();
        Path unsigned = limits("unsigned", 0.01);
        refused(WRONG_CALL, "DECLARATION_UNSIGNED", "conformance declare", conformance(unsigned, tables));
        Path stranger = declaration("stranger", 0.01, "k.key");
        refused(REFUSED, "DECLARER_UNKNOWN", "--role declaration", conformance(stranger, tables));
        done(
                "officer",
                "key",
                "new",
                folder.resolve("declarer.key").toString(),
                "--passphrase-file",
                federation.passphrase().toString());
        done(
                "coordinator",
                "add-key",
                hub,
                "--role",
                "declaration",
                "--holder",
                "Prof Li",
                "--key",
                folder.resolve("declarer.key.pub").toString());
        refused(REFUSED, "DECLARER_UNKNOWN", "--role declaration", conformance(stranger, tables));
        Path fair = declaration("fair", 0.01, "declarer.key");
        byte[] altered =
                Files.readString(fair).replace("0.01", "0.009").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        refused(
                REFUSED,
                "DECLARER_UNKNOWN",
                "--role declaration",
                conformance(Files.write(folder.resolve("changed.json"), altered), tables));
        Path tight = declaration("tight", 0, "declarer.key");
        Federation.Answer failed = federation.run(conformance(tight, tables));
        assertThat(failed.exit()).as(failed.json().toString()).isEqualTo(DOES_NOT_HOLD);
        assertThat(failed.json().path("verdicts").path("D-01").asText()).isEqualTo("FAIL");
        refused(REFUSED, "CONFORMANCE_NOT_PASSED", "PASS", release());
        Federation.Answer partly =
                federation.run("conformance", "run", model, "--declaration", fair.toString(), "--hub", hub);
        assertThat(partly.exit()).as("without tables of evidence").isEqualTo(DOES_NOT_HOLD);
        for (String check : List.of("A-04", "B-01", "C-09", "C-16", "D-03")) {
            assertThat(partly.json().path("verdicts").path(check).asText()).isEqualTo("INCONCLUSIVE");
        }
        await(
                "every check to pass",
                () -> federation.run(conformance(fair, tables)).exit() == DONE);
        JsonNode passed = done(conformance(fair, tables));
        fields(passed, "verdicts", "report");
        assertThat(passed.path("verdicts"))
                .hasSize(9)
                .allSatisfy(verdict -> assertThat(verdict.asText()).isEqualTo("PASS"));
        assertThat(passed.path("report").isArray()).isTrue();
        JsonNode report = done(
                "conformance",
                "report",
                model,
                "--out",
                folder.resolve("report").toString(),
                "--hub",
                hub);
        fields(report, "verdicts", "report");
        assertThat(report.path("report"))
                .hasSize(6)
                .allSatisfy(file -> assertThat(Path.of(file.asText())).isNotEmptyFile());

        // Release: who signs must be known
        refused(REFUSED, "RELEASER_UNKNOWN", "add-key", release());
        refused(
                REFUSED,
                "MODEL_NOT_RELEASED",
                "released",
                "audit",
                "bundle",
                model,
                "--out",
                folder.resolve("e.zip").toString(),
                "--hub",
                hub);
        fields(
                done(
                        "coordinator",
                        "add-key",
                        hub,
                        "--role",
                        "releaser",
                        "--holder",
                        "Prof Li",
                        "--key",
                        folder.resolve("k.key.pub").toString()),
                "role",
                "holder",
                "keyId");
        refused(
                WRONG_CALL,
                "VALUE_UNKNOWN",
                "boss",
                "coordinator",
                "add-key",
                hub,
                "--role",
                "boss",
                "--holder",
                "Prof Li",
                "--key",
                folder.resolve("k.key.pub").toString());
        fields(done(release()), "release", "model", "digest", "parents", "parameters", "by");
        refused(WRONG_CALL, "MODEL_RELEASED_BEFORE", "released already", release());

        // Evidence
        Path bundle = folder.resolve("evidence.zip");
        String[] write = {"audit", "bundle", model, "--out", bundle.toString(), "--hub", hub};
        await("a cosignature", () -> federation.run(write).exit() == DONE);
        fields(done(write), "bundle", "sha256");
        try (java.util.zip.ZipFile zip = new java.util.zip.ZipFile(bundle.toFile())) {
            for (String table : org.osteon.conformance.check.Tables.NAMES) {
                byte[] given = Files.readAllBytes(Path.of(tables).resolve(table));
                assertThat(zip.getEntry("objects/" + Digest.of(given).hex()))
                        .as(table)
                        .isNotNull();
            }
        }
        Path trust = folder.resolve("trust.json");
        fields(
                done("trust", "export", "--out", trust.toString(), "--hub", hub),
                "file",
                "digest",
                "federation",
                "keys");
        JsonNode good = done("audit", "verify", bundle.toString(), "--trust", trust.toString());
        assertThat(good.path("verdict").asText()).isEqualTo("VERIFIED");
        assertThat(good.path("findings")).isEmpty();
        Federation.Answer loose = federation.run("audit", "verify", bundle.toString());
        assertThat(loose.exit()).isEqualTo(DOES_NOT_HOLD);
        assertThat(loose.json().path("verdict").asText()).isEqualTo("UNANCHORED");
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[bytes.length / 2] ^= 1;
        Path changed = Files.write(folder.resolve("changed.zip"), bytes);
        Federation.Answer bad = federation.run("audit", "verify", changed.toString(), "--trust", trust.toString());
        assertThat(bad.exit()).isEqualTo(DOES_NOT_HOLD);
        assertThat(bad.json().path("verdict").asText()).isEqualTo("FAILED");
        fields(bad.json().path("findings").path(0), "code", "where");
        refused(WRONG_CALL, "", "nowhere.zip", "audit", "verify", "nowhere.zip");

        // The log, and a proof that a person gets whole
        JsonNode log = done("audit", "log", "--hub", hub, "--from", "1", "--limit", "2")
                .path("entries");
        assertThat(log).hasSize(2);
        assertThat(log.path(0).path("seq").asLong()).isEqualTo(1);
        assertThat(done("audit", "log", "--site", north).path("entries")).isNotEmpty();
        JsonNode proof = done("audit", "prove", "3", "--hub", hub);
        assertThat(proof.path("proof").asText()).startsWith("c2sp.org/tlog-proof@v1\nindex 3\n");
        assertThat(text("en", "audit", "prove", "3", "--hub", hub))
                .contains("— osteon/ortho-net/hub ")
                .doesNotContain("…");
        refused(WRONG_CALL, "EVENT_UNKNOWN", "the log has events", "audit", "prove", "999999", "--hub", hub);
        assertThat(federation.run("audit", "prove", "third", "--hub", hub).error())
                .contains("'third' is not a whole number");
    }

    @Test
    @Order(11)
    void aPersonReadsSentencesInBothLanguages() {
        String[][] verbs = {
            {"coordinator", "status", hub},
            {"site", "status", north},
            {"site", "policy", north},
            {"site", "journal", north},
            {"site", "journal", north, "--verify"},
            {"site", "receipts", north},
            {"data", "budget", north},
            {"data", "inspect", folder.resolve("snapshot-2").toString()},
            {"data", "verify", folder.resolve("snapshot-2").toString()},
            {"study", "list", "--hub", hub},
            {"study", "show", study, "--hub", hub},
            {"study", "dry-run", study, "--hub", hub},
            {"officer", "review", north, study},
            {"run", "list", "--hub", hub},
            {"run", "show", run, "--hub", hub},
            {"round", "replay", run, "1", "--hub", hub},
            {"model", "list", "--hub", hub},
            {"model", "show", model, "--hub", hub},
            {"conformance", "report", model, "--out", folder.resolve("report").toString(), "--hub", hub},
            {"audit", "log", "--hub", hub},
            {"audit", "log", "--site", north},
            {"audit", "verify", folder.resolve("changed.zip").toString()},
            {"doctor", hub},
            {"doctor", north}
        };
        for (String[] verb : verbs) {
            readable(text("en", verb));
            String chinese = text("zh", verb);
            readable(chinese);
            assertThat(chinese.codePoints().anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN))
                    .as(String.join(" ", verb))
                    .isTrue();
        }
    }

    @Test
    @Order(12)
    void findsTheHubByEnvironmentAndByFolder() {
        Ended byEnvironment = program("Osteon", Map.of("OSTEON_HUB", hub), "study", "list", "--json");
        Ended byFolder = program("Osteon", federation.hub(), Map.of(), "study", "list", "--json");
        Ended byNothing = program("Osteon", folder, Map.of(), "study", "list", "--json");
        assertThat(byEnvironment.exit()).as(byEnvironment.err()).isEqualTo(DONE);
        assertThat(byFolder.exit()).as(byFolder.err()).isEqualTo(DONE);
        ended(WRONG_CALL, "OSTEON_HUB", byNothing);
        refused(WRONG_CALL, "", "takes a folder", "study", "list", "--hub", federation.hubAddress());
    }

    @Test
    @Order(13)
    void secretsAreInNoOutput() throws IOException {
        String spoken = String.join("\n", federation.spoken());
        assertThat(spoken)
                .doesNotContain(Files.readString(federation.passphrase()).strip())
                .doesNotContain("PRIVATE KEY")
                .doesNotContain("Exception")
                .doesNotContain("\tat ");
    }

    @Test
    @Order(14)
    void aHubThatIsAwayIsWorthAnotherTry() {
        // When
        federation.end("hub");

        // Then
        String address = federation.hubAddress();
        for (String[] verb : new String[][] {
            {"coordinator", "status", hub},
            {"study", "list", "--hub", hub},
            {"run", "start", study, "--hub", hub},
            {"audit", "bundle", model, "--out", folder.resolve("later.zip").toString(), "--hub", hub},
            {"trust", "export", "--out", folder.resolve("later.json").toString(), "--hub", hub}
        }) {
            refused(TRY_AGAIN, "", address, verb);
        }
        assertThat(folder.resolve("later.zip")).doesNotExist();
        await(
                "the site to notice",
                () -> "waiting"
                        .equals(done("site", "status", north).path("state").asText()));
        assertThat(federation.run("doctor", north).exit()).isEqualTo(DOES_NOT_HOLD);
    }

    /** What a program that ended wrote. */
    private record Ended(int exit, String out, String err) {
        JsonNode json() {
            String last = out.lines().reduce("", (before, line) -> line);
            return last.startsWith("{")
                    ? CanonicalJson.readTree(last.getBytes(StandardCharsets.UTF_8))
                    : JsonNodeFactory.instance.missingNode();
        }
    }

    private interface Change {
        void on(ObjectNode study);
    }

    private JsonNode done(String... verb) {
        return federation.done(verb);
    }

    /** A verb that must end with this code, and say in one line and in its object what and which value. */
    private JsonNode refused(int exit, String code, String says, String... verb) {
        Federation.Answer answer = federation.run(verb);
        String called = String.join(" ", verb) + ": " + answer.error();
        assertThat(answer.exit()).as(called).isEqualTo(exit);
        assertThat(answer.json().path("exit").asInt()).as(called).isEqualTo(exit);
        assertThat(answer.json().path("code").asText()).as(called).isEqualTo(code);
        assertThat(answer.json().path("error").asText()).as(called).contains(says);
        assertThat(answer.error().strip()).as(called).startsWith("osteon: ").doesNotContain("\n");
        return answer.json();
    }

    private static void ended(int exit, String says, Ended program) {
        assertThat(program.exit()).as(program.err()).isEqualTo(exit);
        assertThat(program.err()).contains("osteon: ").contains(says).doesNotContain("\tat ");
        assertThat(program.json().path("exit").asInt()).isEqualTo(exit);
        assertThat(program.json().path("error").asText()).contains(says);
    }

    private static void fields(JsonNode answer, String... names) {
        for (String name : names) {
            assertThat(answer.has(name)).as(name + " in " + answer).isTrue();
        }
    }

    private static void balances(JsonNode counts) {
        long sum = 0;
        for (String fate : List.of("mapped", "filtered", "duplicate", "rejected", "quarantined")) {
            sum += counts.path(fate).asLong();
        }
        assertThat(counts.path("read").asLong())
                .as(counts.toString())
                .isEqualTo(sum)
                .isPositive();
    }

    /** No JSON, and no member's name where a label belongs. */
    private static void readable(String text) {
        assertThat(text)
                .isNotBlank()
                .doesNotContain("{\"")
                .doesNotContain("[\"")
                .doesNotContain("{}");
        assertThat(text.lines().filter(line -> line.matches("\\s*[a-z]+[A-Z][A-Za-z]*: .*")))
                .as(text)
                .isEmpty();
    }

    /** What a person reads on standard output. */
    private String text(String language, String... verb) {
        List<String> all = new ArrayList<>(List.of(verb));
        all.addAll(List.of("--lang", language));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            Osteon.run(all.toArray(String[]::new));
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private Ended program(String name, Map<String, String> environment, String... arguments) {
        return program(name, folder, environment, arguments);
    }

    /** Runs a program to its end, as a process of its own. */
    private Ended program(String name, Path place, Map<String, String> environment, String... arguments) {
        String main = switch (name) {
            case "Coordinator" -> "org.osteon.coordinator.CoordinatorMain";
            case "SiteAgent" -> "org.osteon.site.SiteAgentMain";
            default -> "org.osteon.cli.Osteon";
        };
        List<String> command = new ArrayList<>(Federation.java(main, List.of()));
        command.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile(folder, "program", ".out");
            Path err = Files.createTempFile(folder, "program", ".err");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(place.toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().remove("OSTEON_HUB");
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(90, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(main + " did not end: " + Files.readString(err));
            }
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(main + " was interrupted");
        }
    }

    private static void await(String what, BooleanSupplier held) {
        long until = System.nanoTime() + PATIENCE;
        while (!held.getAsBoolean()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("waited in vain for " + what);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private JsonNode show() {
        return done("run", "show", run, "--hub", hub);
    }

    private JsonNode decisions() {
        for (JsonNode entry : done("study", "list", "--hub", hub).path("studies")) {
            if (entry.path("study").asText().equals(study)) {
                return entry.path("decisions");
            }
        }
        return JsonNodeFactory.instance.objectNode();
    }

    private String[] officer(String verb, String site, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "officer",
                verb,
                federation.site(site).toString(),
                study,
                "--key",
                federation.officerKey(site).toString(),
                "--passphrase-file",
                federation.passphrase().toString()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private String[] approval(String site, String epsilon, String until) {
        return officer("approve", site, "--epsilon", epsilon, "--rounds", "2", "--until", until);
    }

    private String[] release() {
        return new String[] {
            "model",
            "release",
            model,
            "--key",
            folder.resolve("k.key").toString(),
            "--passphrase-file",
            federation.passphrase().toString(),
            "--by",
            "Prof Li",
            "--hub",
            hub
        };
    }

    private Path limits(String name, double limit) throws IOException {
        return Files.writeString(
                folder.resolve(name + "-limits.json"),
                "{\"schema\":\"osteon.declaration/1\",\"federation\":\"ortho-net\",\"declaredBy\":\"Prof Li\","
                        + "\"limits\":{\"A-04\":0.6,\"D-01\":" + limit + "}}");
    }

    private Path declaration(String name, double limit, String key) throws IOException {
        Path signed = folder.resolve(name + ".json");
        fields(
                done(
                        "conformance",
                        "declare",
                        limits(name, limit).toString(),
                        "--key",
                        folder.resolve(key).toString(),
                        "--passphrase-file",
                        federation.passphrase().toString(),
                        "--out",
                        signed.toString()),
                "file",
                "digest",
                "by",
                "keyId");
        return signed;
    }

    private String[] conformance(Path declaration, String tables) {
        return new String[] {
            "conformance", "run", model, "--declaration", declaration.toString(), "--evidence", tables, "--hub", hub
        };
    }

    /** Tables of evidence by their verbs, and the sample's phantom. */
    private String tables() throws IOException {
        Path tables = Files.createDirectory(folder.resolve("tables"));
        Files.copy(SAMPLES.resolve("conformance").resolve("phantom.csv"), tables.resolve("phantom.csv"));
        for (String site : List.of("north", "south")) {
            fields(
                    done(
                            "conformance",
                            "splits",
                            "--site",
                            federation.site(site).toString(),
                            "--name",
                            site,
                            "--snapshot",
                            federation.snapshot(site).toString(),
                            "--study",
                            trial.toString(),
                            "--out",
                            tables.resolve("splits.csv").toString(),
                            "--append"),
                    "file",
                    "rows");
        }
        fields(
                done(
                        "conformance",
                        "headers",
                        "--images",
                        SAMPLES.resolve("hospital-a").resolve("images").toString(),
                        "--out",
                        tables.resolve("headers.csv").toString()),
                "file",
                "rows");
        fields(
                done(
                        "conformance",
                        "predict",
                        model,
                        "--snapshot",
                        federation.snapshot("north").toString(),
                        "--out",
                        tables.resolve("predictions.csv").toString(),
                        "--hub",
                        hub),
                "file",
                "rows");
        return tables.toString();
    }

    /** The sample study with two cheap rounds. */
    private Path studyFile(String name, Change change) throws IOException {
        ObjectNode tree = (ObjectNode) CanonicalJson.readTree(
                Files.readAllBytes(SAMPLES.resolve("studies").resolve("fracture-risk.json")));
        tree.put("name", name);
        ObjectNode plan = (ObjectNode) tree.path("plan");
        plan.put("rounds", 2).put("steps", 2).put("noiseMultiplier", 20.0);
        ((ObjectNode) tree.path("privacy")).put("epsilon", 1.0);
        ((ObjectNode) tree.path("evaluation")).put("noiseSigma", 40.0);
        ((ObjectNode) tree.path("participation")).put("quorum", 2).put("roundSeconds", 600);
        // Noise this large carries no AUC.
        ArrayNode checks = (ArrayNode) tree.path("conformance");
        for (int i = 0; i < checks.size(); i++) {
            if ("B-04".equals(checks.get(i).asText())) {
                checks.remove(i);
            }
        }
        change.on(tree);
        return Files.write(Files.createTempFile(folder, name, ".json"), CanonicalJson.write(tree));
    }
}
