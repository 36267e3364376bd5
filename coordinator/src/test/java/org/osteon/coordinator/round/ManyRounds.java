package org.osteon.coordinator.round;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.fleet.Traffic;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes a run as its rounds would have, without waiting for any. */
public final class ManyRounds {
    /** When the run began, epoch milliseconds. */
    public static final long BEGAN = 1_800_000_000_000L;

    /** From a round's first instruction to its closing. */
    public static final long ROUND = 10_000;

    private static final String SAMPLE = "../sample-data/studies/fracture-risk.json";

    private final RunningHub hub;

    /** In the database of this hub. */
    public ManyRounds(RunningHub hub) {
        this.hub = hub;
    }

    /** Publishes the sample study under a name. */
    public Study study(String name, UnaryOperator<String> change) throws IOException {
        String text = Files.readString(Path.of(SAMPLE)).replace("\"fracture-risk\"", "\"" + name + "\"");
        Study study = Study.read(change.apply(text).getBytes(StandardCharsets.UTF_8));
        hub.part(Studies.class).publish(SignedDocument.sign(study).bytes(), "engineer");
        return study;
    }

    /**
     * A completed run: in each round every site was counted, but the last, which each third round rejects; the
     * evaluation follows the last round.
     */
    public RunRecord run(String id, Study study, List<String> sites, int rounds) {
        ModelVersion last = version(id, study, sites, rounds);
        RunRecord run = new RunRecord(
                id,
                Long.toUnsignedString(id.hashCode() * 31L + 7),
                study.digest(),
                new RunState.Completed(),
                true,
                rounds,
                "evaluate",
                last.digest(),
                BEGAN + rounds * ROUND,
                "");
        hub.part(HubStore.class).writeNow(sql -> {
            RunRows.insert(sql, run, BEGAN);
            IntStream.rangeClosed(1, rounds).forEach(round -> {
                round(sql, run.at(round, "train"), sites, "{}");
                hub.part(Models.class).add(sql, version(id, study, sites, round));
            });
            round(sql, run, sites, "{\"auc\":0.71,\"low\":0.66,\"high\":0.76,\"estimable\":true}");
            return rounds;
        });
        return run;
    }

    /** A run whose first round waits for all its sites. */
    public RunRecord waiting(String id, Study study, List<String> sites) {
        RunRecord run = new RunRecord(
                id,
                Long.toUnsignedString(id.hashCode() * 31L + 7),
                study.digest(),
                new RunState.Running(),
                true,
                1,
                "train",
                digest("first" + id),
                BEGAN + ROUND,
                "");
        hub.part(HubStore.class).writeNow(sql -> {
            RunRows.insert(sql, run, BEGAN);
            for (int i = 0; i < sites.size(); i++) {
                RunRows.insert(sql, instruction(run, sites.get(i), i), BEGAN);
            }
            return sites.size();
        });
        return run;
    }

    private static InstructionRecord instruction(RunRecord run, String site, int place) {
        return new InstructionRecord(
                digest(run.about() + site),
                run.id(),
                run.round(),
                run.exchange(),
                site,
                "" + (place + 2),
                1,
                "m" + place,
                "",
                "",
                "open");
    }

    private static ModelVersion version(String run, Study study, List<String> sites, int round) {
        return new ModelVersion(
                ModelVersion.SCHEMA,
                study.federation(),
                study.digest(),
                run,
                round,
                study.model().arrays(),
                Reply.NOTHING,
                Reply.NOTHING,
                "mean",
                sites.stream()
                        .map(site -> new ModelVersion.Input(site, Reply.NOTHING, Reply.NOTHING, 1))
                        .toList(),
                List.of(),
                true);
    }

    private static void round(JdbcClient sql, RunRecord run, List<String> sites, String result) {
        long opened = BEGAN + (run.evaluating() ? run.round() : run.round() - 1) * ROUND;
        for (int i = 0; i < sites.size(); i++) {
            String site = sites.get(i);
            boolean rejected = !run.evaluating() && run.round() % 3 == 0 && i == sites.size() - 1;
            InstructionRecord asked = instruction(run, site, i);
            Digest instruction = asked.digest();
            RunRows.insert(sql, asked, opened);
            RunRows.setState(
                    sql,
                    instruction,
                    "replied",
                    new Traffic(true, opened + 5, opened + 1000, opened + 7000, 2_000_000, 1_000_000));
            ReplyRecord reply = new ReplyRecord(
                    digest("reply" + run.about() + site),
                    instruction,
                    site,
                    rejected ? "rejected" : "accepted",
                    rejected ? "NORM_BEYOND_BOUND" : "",
                    Reply.NOTHING,
                    1);
            RunRows.insert(sql, reply, asked, "", opened + 8000 + i);
        }
        RunRows.close(sql, run, result, opened + 9000, opened + ROUND);
    }

    /** The run as the hub knows it. */
    public Optional<RunRecord> find(String id) {
        return hub.part(HubStore.class).read(sql -> RunRows.run(sql, id));
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
