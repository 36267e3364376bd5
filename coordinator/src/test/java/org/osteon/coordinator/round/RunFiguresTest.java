package org.osteon.coordinator.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.coordinator.RunningHub;
import org.osteon.coordinator.fleet.Traffic;
import org.osteon.coordinator.store.HubStore;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

class RunFiguresTest {
    private static final List<String> SITES = List.of("east", "north", "south");

    @TempDir
    Path folder;

    private RunningHub hub;
    private Study study;
    private RunRecord run;

    @BeforeEach
    void aRunOfThreeSites() throws IOException {
        hub = new RunningHub(folder.resolve("hub"));
        ManyRounds many = new ManyRounds(hub);
        study = many.study("figures", UnaryOperator.identity());
        run = many.run("r-00000001", study, SITES, 3);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void theTimeOfARoundDividesAlongTheSiteThatAnsweredLast() {
        RunFigures.Exchange first = figures().of(run, 1, 1).get(0);

        assertThat(first.last()).isEqualTo("south");
        assertThat(first.phases())
                .containsExactly(
                        new RunFigures.Phase("sending", 1000),
                        new RunFigures.Phase("computing", 6000),
                        new RunFigures.Phase("returning", 1002),
                        new RunFigures.Phase("waiting", 998),
                        new RunFigures.Phase("combining", 1000));
        assertThat(first.millis()).isEqualTo(ManyRounds.ROUND).isEqualTo(first.ended() - first.opened());
    }

    @Test
    void aRejectedSiteIsNamedWithItsReasonAndTheEvaluationIsARowOfItsOwn() {
        List<RunFigures.Exchange> third = figures().of(run, 3, 3);

        assertThat(third).extracting(RunFigures.Exchange::exchange).containsExactly("train", "evaluate");
        assertThat(third.get(0).those("rejected"))
                .extracting(RunFigures.Part::site, RunFigures.Part::reason)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("south", "NORM_BEYOND_BOUND"));
        assertThat(third.get(0).those("counted"))
                .extracting(RunFigures.Part::site)
                .containsExactly("east", "north");
        assertThat(third.get(1).evaluation().orElseThrow().path("auc").asDouble())
                .isEqualTo(0.71);
    }

    @Test
    void epsilonIsWhatTheStudysConstantsSay() {
        List<RunFigures.Exchange> all = figures().of(run, 1, 3);

        TrainingPlan.DpSgd plan = (TrainingPlan.DpSgd) study.plan();
        var step = new Mechanism.DpSgdSteps(plan.samplingRate(), plan.noiseMultiplier(), plan.steps()).cost();
        var counts = new Mechanism.NoisedCounts(study.evaluation().noiseSigma()).cost();
        double delta = study.privacy().delta();
        assertThat(all.get(1).epsilon().orElseThrow()).isEqualTo(step.epsilon(delta), within(1e-9));
        assertThat(all.get(1).epsilonSoFar().orElseThrow())
                .isEqualTo(step.times(2).epsilon(delta), within(1e-9));
        assertThat(all.get(3).epsilonSoFar().orElseThrow())
                .isEqualTo(step.times(3).plus(counts).epsilon(delta), within(1e-9));
    }

    @Test
    void bytesAreSaidToBeAllOnlyWhereAllWereCounted() {
        assertThat(figures().bytes(run)).isEqualTo(new RunFigures.Bytes(24_000_000, 12_000_000, true));

        // When one exchange was open over a restart of the hub
        hub.part(HubStore.class)
                .writeNow(sql -> sql.sql("UPDATE instruction SET metered = 2 WHERE site = 'north' AND round = 2")
                        .update());

        assertThat(figures().bytes(run).metered()).isFalse();
        assertThat(figures().of(run, 1, 2))
                .extracting(RunFigures.Exchange::metered)
                .containsExactly(true, false);
    }

    @Test
    void whatWasNotCountedIsNotCalledZero() {
        hub.part(HubStore.class)
                .writeNow(sql -> sql.sql("UPDATE instruction SET metered = 0, taken = 0, answering = 0, bytes_out = 0")
                        .update());

        RunFigures.Exchange first = figures().of(run, 1, 1).get(0);
        assertThat(first.metered()).isFalse();
        assertThat(first.spent("computing")).isEqualTo(-1);
        assertThat(first.spent("answering")).isEqualTo(8002);
        assertThat(first.millis()).isEqualTo(ManyRounds.ROUND);
    }

    @Test
    void anInstructionThatEndsWithoutACountKeepsTheCountItHad() {
        RunFigures.Part before = figures().of(run, 1, 1).get(0).parts().get(0);
        hub.part(HubStore.class).writeNow(sql -> {
            InstructionRecord first = RunRows.ofRound(sql, run.id(), 1, "train").get(0);
            RunRows.setState(sql, first.digest(), "void", Traffic.NONE);
            return first;
        });

        assertThat(figures().of(run, 1, 1).get(0).parts().get(0)).isEqualTo(before);
    }

    private RunFigures figures() {
        return hub.part(RunFigures.class);
    }
}
