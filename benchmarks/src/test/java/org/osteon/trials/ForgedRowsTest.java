package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.SigningKey;

/**
 * Who can write every row of a database, and has no other party's key: at the hub they cannot make a site train, at a
 * site they cannot hide an event that the hub has cosigned.
 */
class ForgedRowsTest {
    private static final String SITE = "north";
    private static final Path EXPORT = Path.of("..", "sample-data", "hospital-c", "export.csv");
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path folder;

    private Federation federation;
    private String hub;
    private String north;

    @Test
    void aHubsDatabaseCannotMakeASiteTrain() throws Exception {
        try (Federation made = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub()) {
            // Given: a site with data and a study that no officer has decided about
            start(made);
            federation.map(SITE, EXPORT);
            Study study = study("unasked", tree -> {});
            publish(study);
            until(
                    "the study at the site",
                    () -> federation
                                    .run(
                                            "officer",
                                            "review",
                                            north,
                                            study.digest().hex())
                                    .exit()
                            == 0);

            // When: the hub's administrator writes an approval that a stranger signed
            whileAway(() -> forgeApproval(study, study));

            // Then: the hub believes it, and the site does not
            refusedAtTheSite(study.digest(), "CAPSULE_MISSING");

            // When: the officer approves, and a row with another plan stands under the old signatures
            assertThat(federation.approve(SITE, study.digest().hex(), 1, 1).exit())
                    .isZero();
            Study changed =
                    study("unasked", tree -> TrialStudy.part(tree, "plan").put("noiseMultiplier", 0.01));
            whileAway(() -> {
                forgeStudy(study.digest(), changed);
                forgeApproval(changed, study);
            });

            // Then: the site never takes that study, nor an instruction for it
            refusedAtTheSite(changed.digest(), "STUDY_UNKNOWN");
            assertThat(federation
                            .run("officer", "review", north, changed.digest().hex())
                            .exit())
                    .isEqualTo(2);
            assertThat(Files.readString(Path.of(north).resolve("logs").resolve("daemon.log")))
                    .contains("a study of the hub is not kept");
            assertThat(federation
                            .done("site", "journal", north, "--type", "update")
                            .path("entries"))
                    .isEmpty();
            JsonNode budget =
                    federation.done("data", "budget", north).path("sets").path(0);
            assertThat(budget.path("epsilon").asDouble()).isZero();
            assertThat(budget.path("history")).isEmpty();
        }
    }

    @Test
    void aSitesDatabaseCannotHideWhatTheHubCosigned() throws Exception {
        try (Federation made = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub()) {
            // Given: events that the hub has cosigned
            start(made);
            publish(study("seen", tree -> {}));
            until(
                    "a cosigned event",
                    () -> Logs.site(federation, SITE).toString().contains("study-received"));
            JsonNode before = Logs.site(federation, SITE);
            until("the hub to have cosigned them", () -> cosigned() >= before.size());
            federation.kill(SITE);

            // When: the newest event and the log's files are gone
            sql(Path.of(north).resolve("site.db"), "DELETE FROM event WHERE seq = (SELECT MAX(seq) FROM event)");
            erase(Path.of(north).resolve("log"));

            // Then: the agent does not start
            Process again =
                    federation.launch(SITE, List.of(), "org.osteon.site.SiteAgentMain", List.of("start", north));
            assertThat(again.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(again.exitValue()).isNotZero();

            // When: what the site remembers of cosignatures is gone as well, and an event says something else
            Path database = Path.of(north).resolve("site.db");
            sql(database, "DELETE FROM state WHERE name IN ('log.cosigned', 'log.pushed')");
            sql(database, "UPDATE event SET leaf = REPLACE(leaf, 'study-received', 'snapshot-added')");
            erase(Path.of(north).resolve("log"));
            federation.startSite(SITE);

            // Then: the hub cosigns no more, says so in its own log, and keeps what it has
            JsonNode said = Logs.await(
                    "the contradiction",
                    () -> Logs.hub(federation),
                    event -> "site-log-contradicted".equals(event.path("type").asText()));
            assertThat(said.path("subject").asText()).isEqualTo(SITE);
            assertThat(said.path("reason").asText()).isIn("LOG_TRUNCATED", "LOG_NOT_CONSISTENT");
            assertThat(kept()).contains("study-received").doesNotContain("snapshot-added");
        }
    }

    private void start(Federation made) throws IOException {
        federation = made;
        hub = federation.hub().toString();
        federation.withSite(SITE, "--epsilon-ceiling", "5", "--epsilon-total", "10", "--delta-ceiling", "1e-5");
        north = federation.site(SITE).toString();
    }

    private Study study(String name, java.util.function.Consumer<ObjectNode> change) throws IOException {
        Path file = TrialStudy.write(folder.resolve(name + ".json"), name, List.of(SITE), tree -> {
            TrialStudy.part(tree, "plan").put("rounds", 1).put("steps", 2).put("noiseMultiplier", 20.0);
            change.accept(tree);
        });
        return Study.read(Files.readAllBytes(file));
    }

    private void publish(Study study) {
        federation.done(
                "study", "publish", folder.resolve(study.name() + ".json").toString(), "--hub", hub);
    }

    private interface Work {
        void write() throws Exception;
    }

    private void whileAway(Work work) throws Exception {
        federation.kill("hub");
        work.write();
        federation.startHub();
    }

    /** The run stalls, because the site refused the one instruction with this code, in its own log too. */
    private void refusedAtTheSite(Digest study, String code) {
        String run = federation
                .done("run", "start", study.hex(), "--hub", hub)
                .path("run")
                .asText();
        JsonNode end = federation.follow(run);
        assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("stalled");
        assertThat(end.path("rounds").path(0).path("refused").toString()).contains(SITE, code);
        Logs.await("the refusal", () -> Logs.site(federation, SITE), Logs.refused("instruction-refused", code));
    }

    /** Signed by a stranger, with the limits of another study where that is asked. */
    private void forgeApproval(Study study, Study limits) throws Exception {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        FederationRoot root = CanonicalJson.read(
                Files.readAllBytes(Path.of(north).resolve("federation-root.json")), FederationRoot.class);
        SignedDocument<Capsule> capsule = SignedDocument.sign(
                new Capsule(
                        Capsule.SCHEMA,
                        study.federation(),
                        root.digest(),
                        study.digest(),
                        SITE,
                        Digest.of(new byte[] {1}),
                        "osteon-site/0.1.0",
                        limits.privacy().epsilon(),
                        limits.privacy().delta(),
                        1,
                        study.releases().stream().map(Study.ReleaseItem::name).toList(),
                        study.purpose(),
                        List.of(),
                        now.minusSeconds(60),
                        now.plus(1, ChronoUnit.DAYS),
                        now),
                SigningKey.ed25519());
        sql(
                federation.hub().resolve("hub.db"),
                "INSERT INTO decision(digest, study, site, kind, envelope, received) VALUES (?, ?, ?, 'capsule', ?, 4102444800000)",
                capsule.digest().hex(),
                study.digest().hex(),
                SITE,
                new String(capsule.bytes(), StandardCharsets.UTF_8));
    }

    private void forgeStudy(Digest row, Study changed) throws Exception {
        JsonNode old = CanonicalJson.readTree(
                text(federation.hub().resolve("hub.db"), "SELECT envelope FROM study WHERE digest = ?", row.hex())
                        .getBytes(StandardCharsets.UTF_8));
        ObjectNode envelope = ((ObjectNode) old).deepCopy();
        envelope.set("document", CanonicalJson.tree(changed));
        sql(
                federation.hub().resolve("hub.db"),
                "INSERT INTO study(digest, name, version, envelope, published) SELECT ?, name, version, ?, published + 1"
                        + " FROM study WHERE digest = ?",
                changed.digest().hex(),
                new String(CanonicalJson.write(envelope), StandardCharsets.UTF_8),
                row.hex());
    }

    private long cosigned() {
        try {
            return Long.parseLong(text(
                    federation.hub().resolve("hub.db"),
                    "SELECT COALESCE(MAX(size), 0) FROM witnessed WHERE origin LIKE ?",
                    "%/site/" + SITE));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String kept() throws SQLException {
        return text(
                federation.hub().resolve("hub.db"), "SELECT GROUP_CONCAT(leaf) FROM site_entry WHERE site = ?", SITE);
    }

    private static void sql(Path database, String statement, String... values) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                PreparedStatement prepared = connection.prepareStatement(statement)) {
            for (int i = 0; i < values.length; i++) {
                prepared.setString(i + 1, values[i]);
            }
            assertThat(prepared.executeUpdate()).isPositive();
        }
    }

    private static String text(Path database, String query, String value) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                PreparedStatement prepared = connection.prepareStatement(query)) {
            prepared.setString(1, value);
            try (var row = prepared.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static void erase(Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
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
