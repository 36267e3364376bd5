package org.osteon.coordinator.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.conformance.check.Checks;
import org.osteon.conformance.check.RunEvidence;
import org.osteon.conformance.check.Tables;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.sign.SigningKey;

/** Rounds of every strategy are recomputed from what the hub stored, its optimiser's state among it. */
class ReplayTest {
    private static final int SITES = 7;
    private static final List<ArraySpec> ARRAYS =
            List.of(ArraySpec.shared("weight", "float32", 3, 5), ArraySpec.shared("bias", "float64"));

    @TempDir
    Path folder;

    private RunningHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private static List<Aggregation> all() {
        return List.of(
                new Aggregation.FedAvg(),
                new Aggregation.FedSgd(0.5),
                new Aggregation.FedAvgM(0.5, 0.9),
                new Aggregation.FedAdagrad(0.1, 0.2, 1e-3),
                new Aggregation.FedAdam(0.1, 0.9, 0.99, 1e-3),
                new Aggregation.FedYogi(0.1, 0.9, 0.99, 1e-3),
                new Aggregation.FedMedian(),
                new Aggregation.FedTrimmedAvg(3),
                new Aggregation.Krum(2),
                new Aggregation.MultiKrum(2, 3),
                new Aggregation.GeometricMedian(4, 1e-6, 0));
    }

    @Test
    void everyRoundIsRecomputedFromItsFiles() throws IOException {
        for (Aggregation aggregation : all()) {
            // Given
            String id = "u-" + aggregation.strategy();
            ModelVersion last = run(id, aggregation, 3).get(3);

            // When
            Map<String, Object> answer = hub.part(Rounds.class).replay(id, 3);

            // Then
            assertThat(answer)
                    .as(id)
                    .containsEntry("ok", true)
                    .containsEntry("expected", last.arrays().hex());
            assertThat(last.rule())
                    .isEqualTo(aggregation instanceof Aggregation.FedAvg ? "weights" : aggregation.strategy());
            assertThat(answer.containsKey("actualState"))
                    .isEqualTo(!last.state().isEmpty());
        }
    }

    @Test
    void anotherStateIsAnotherModel() throws IOException {
        // Given: what the optimiser kept of the first round is not what it was
        List<ModelVersion> versions = run("u-0000000b", new Aggregation.FedAdam(0.1, 0.9, 0.99, 1e-3), 2);
        Path kept =
                hub.part(ObjectStore.class).file(versions.get(1).state().get(0).values());
        byte[] bytes = Files.readAllBytes(kept);
        bytes[6] ^= 1;
        Files.write(kept, bytes);

        // When
        Map<String, Object> answer = hub.part(Rounds.class).replay("u-0000000b", 2);

        // Then
        assertThat(answer).containsEntry("ok", false);
        assertThat(answer.get("actualState")).isNotEqualTo(answer.get("expectedState"));

        // And: without it nothing can be said
        Files.delete(kept);
        assertThatThrownBy(() -> hub.part(Rounds.class).replay("u-0000000b", 2))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("what the strategy kept of round 1");
    }

    @Test
    void aGovernedStudysUpdatesAreChangesOfTheModel() throws IOException {
        // Given: a study that asks for the median, and a round of three sites that all change nothing
        Study study = new ManyRounds(hub)
                .study(
                        "median",
                        text -> text.replace(
                                "\"cohort\":", "\"aggregation\": {\"strategy\": \"fedmedian\"}, \"cohort\":"));
        Versions versions = versions();
        RunRecord run = record("r-0000000c", study.digest(), true, "");
        ModelVersion first = versions.initial(
                run.id(),
                study.digest(),
                true,
                study.model().arrays(),
                out -> out.write(payload(study.model().arrays(), 1)));
        enter(run, first);
        List<ReplyRecord> replies = new ArrayList<>();
        for (String site : List.of("a", "b", "c")) {
            replies.add(reply(site, new byte[Math.toIntExact(ArraySpec.bytes(first.specs()))]));
        }

        // When
        ModelVersion next = versions.next(run.with(first.digest()), replies, replies);

        // Then
        assertThat(next.rule()).isEqualTo("fedmedian");
        assertThat(next.arrays()).isEqualTo(first.arrays());
    }

    @Test
    void theCheckRepeatsEveryStrategyInItsOwnArithmetic() throws IOException {
        for (Aggregation aggregation : all()) {
            // Given
            List<ModelVersion> versions = governed(aggregation);
            Study study =
                    hub.part(Studies.class).get(versions.get(0).study().hex()).document();

            // When, Then
            assertThat(replayed(study, versions)).as(aggregation.strategy()).isEqualTo(Outcome.PASS);

            // And: one bit of an update is noticed
            Path update = hub.part(ObjectStore.class)
                    .file(versions.get(2).inputs().get(0).update());
            byte[] bytes = Files.readAllBytes(update);
            bytes[2] ^= 1;
            Files.write(update, bytes);
            assertThat(replayed(study, versions)).as(aggregation.strategy()).isEqualTo(Outcome.FAIL);
        }
    }

    private List<ModelVersion> governed(Aggregation aggregation) throws IOException {
        String strategy = new String(CanonicalJson.write(aggregation), StandardCharsets.UTF_8);
        Study study = new ManyRounds(hub)
                .study(
                        "study-" + aggregation.strategy(),
                        text -> text.replace("\"cohort\":", "\"aggregation\": " + strategy + ", \"cohort\":")
                                .replace("\"quorum\": 3", "\"quorum\": " + SITES)
                                .replace("\"steps\": 10", "\"steps\": 1"));
        List<ArraySpec> arrays = study.model().arrays();
        Versions versions = versions();
        RunRecord run = record("r-" + aggregation.strategy(), study.digest(), true, "");
        List<ModelVersion> made = new ArrayList<>();
        made.add(versions.initial(
                run.id(),
                study.digest(),
                true,
                arrays,
                out -> out.write(new byte[Math.toIntExact(ArraySpec.bytes(arrays))])));
        enter(run, made.get(0));
        for (int round = 1; round <= 3; round++) {
            List<ReplyRecord> replies = new ArrayList<>();
            for (int site = 0; site < SITES; site++) {
                ReplyRecord reply = reply("site-" + site, payload(arrays, 100L * round + site));
                replies.add(new ReplyRecord(
                        reply.digest(),
                        reply.instruction(),
                        reply.site(),
                        "accepted",
                        "",
                        reply.update(),
                        study.plan().weight()));
            }
            ModelVersion next = versions.next(
                    run.at(round, "train").with(made.get(round - 1).digest()), replies, replies);
            hub.part(HubStore.class).writeNow(sql -> hub.part(Models.class).add(sql, next));
            made.add(next);
        }
        return made;
    }

    /** What E-01 says of a run, from its versions and files alone. */
    private Outcome replayed(Study study, List<ModelVersion> versions) {
        ModelVersion last = versions.get(versions.size() - 1);
        ObjectStore objects = hub.part(ObjectStore.class);
        RunEvidence evidence = new RunEvidence(
                study,
                last,
                versions,
                Map.of(),
                List.of(),
                Map.of(),
                List.of(),
                Tables.none(),
                digest -> objects.has(digest) ? Optional.of(objects.file(digest)) : Optional.empty());
        SignedDocument<Declaration> declaration = SignedDocument.sign(
                new Declaration(Declaration.SCHEMA, "ortho-net", "Prof Li", Map.of()), SigningKey.ed25519());
        return Checks.report(evidence, declaration, "test", Instant.EPOCH).results().stream()
                .filter(result -> "E-01".equals(result.check()))
                .findFirst()
                .orElseThrow()
                .outcome();
    }

    @Test
    void aPlanOfBeforeAveragesAndOneThatCannotBeKeptIsRefused() {
        String before = "{\"arrays\":[{\"dtype\":\"float32\",\"name\":\"w\",\"scope\":\"shared\",\"shape\":[1]}],"
                + "\"fab\":\"\",\"nodes\":1,\"rounds\":1}";
        UngovernedPlan plan = CanonicalJson.read(before.getBytes(StandardCharsets.UTF_8), UngovernedPlan.class);

        assertThat(plan.aggregation()).isEqualTo(new Aggregation.FedAvg());
        assertThat(new String(CanonicalJson.write(plan), StandardCharsets.UTF_8))
                .isEqualTo(before);
        assertThatThrownBy(() -> new UngovernedPlan(1, 4, ARRAYS, "", new Aggregation.Krum(1), ""))
                .hasMessageContaining("strategy krum takes 5 to 1024 nodes, was 4");
    }

    private List<ModelVersion> run(String id, Aggregation aggregation, int rounds) throws IOException {
        UngovernedPlan plan = new UngovernedPlan(rounds, SITES, ARRAYS, "", aggregation, "");
        RunRecord run = record(id, Reply.NOTHING, false, new String(CanonicalJson.write(plan), StandardCharsets.UTF_8));
        Versions versions = versions();
        List<ModelVersion> made = new ArrayList<>();
        made.add(versions.initial(id, Reply.NOTHING, false, ARRAYS, out -> out.write(payload(ARRAYS, 99))));
        enter(run, made.get(0));
        for (int round = 1; round <= rounds; round++) {
            List<ReplyRecord> replies = new ArrayList<>();
            for (int site = 0; site < SITES; site++) {
                replies.add(reply("site-" + site, payload(ARRAYS, 10L * round + site)));
            }
            ModelVersion next = versions.next(
                    run.at(round, "train").with(made.get(round - 1).digest()), replies, replies);
            hub.part(HubStore.class).writeNow(sql -> hub.part(Models.class).add(sql, next));
            made.add(next);
        }
        return made;
    }

    private void enter(RunRecord run, ModelVersion first) {
        hub.part(HubStore.class).writeNow(sql -> {
            RunRows.insert(sql, run.with(first.digest()), ManyRounds.BEGAN);
            return hub.part(Models.class).add(sql, first);
        });
    }

    private Versions versions() {
        return new Versions(hub.part(Studies.class), hub.part(Models.class), hub.part(ObjectStore.class), "ortho-net");
    }

    private static RunRecord record(String id, Digest study, boolean governed, String plan) {
        return new RunRecord(
                id,
                Long.toUnsignedString(id.hashCode()),
                study,
                new RunState.Completed(),
                governed,
                1,
                "train",
                Reply.NOTHING,
                ManyRounds.BEGAN,
                plan);
    }

    private ReplyRecord reply(String site, byte[] update) throws IOException {
        ObjectStore objects = hub.part(ObjectStore.class);
        Digest digest = Digest.of(update);
        objects.keep(Files.write(objects.draft(), update), digest);
        return new ReplyRecord(digest, digest, site, "accepted", "", digest, 3);
    }

    private static byte[] payload(List<ArraySpec> specs, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer buffer =
                ByteBuffer.allocate(Math.toIntExact(ArraySpec.bytes(specs))).order(ByteOrder.LITTLE_ENDIAN);
        for (ArraySpec spec : specs) {
            for (long e = 0; e < spec.elements(); e++) {
                if ("float32".equals(spec.dtype())) {
                    buffer.putFloat((float) random.nextDouble());
                } else {
                    buffer.putDouble(random.nextDouble());
                }
            }
        }
        return buffer.array();
    }
}
