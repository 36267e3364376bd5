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
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.Digest;
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
        RunRecord run = new RunRecord(
                id,
                Long.toUnsignedString(id.hashCode() * 31L + 7),
                study.digest(),
                new RunState.Completed(),
                true,
                rounds,
                "evaluate",
                digest("model" + id),
                BEGAN + rounds * ROUND,
                "");
        hub.part(HubStore.class).writeNow(sql -> {
            RunRows.insert(sql, run, BEGAN);
            IntStream.rangeClosed(1, rounds).forEach(round -> round(sql, run.at(round, "train"), sites, "{}"));
            round(sql, run, sites, "{\"auc\":0.71,\"low\":0.66,\"high\":0.76,\"estimable\":true}");
            return rounds;
        });
        return run;
    }

    private static void round(JdbcClient sql, RunRecord run, List<String> sites, String result) {
        long opened = BEGAN + (run.evaluating() ? run.round() : run.round() - 1) * ROUND;
        for (int i = 0; i < sites.size(); i++) {
            String site = sites.get(i);
            boolean rejected = !run.evaluating() && run.round() % 3 == 0 && i == sites.size() - 1;
            Digest instruction = digest(run.about() + site);
            InstructionRecord asked = new InstructionRecord(
                    instruction, run.id(), run.round(), run.exchange(), site, "" + (i + 2), 1, "m" + i, "", "", "open");
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
