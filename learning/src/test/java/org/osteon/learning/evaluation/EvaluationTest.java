package org.osteon.learning.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.SampleModels;
import org.osteon.learning.TrainingData;
import org.osteon.learning.engine.JavaGradientEngine;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.Study;

class EvaluationTest {
    private final SecureRandom entropy = new SecureRandom();
    private final Study study = SampleModels.study(new Study.EvaluationPlan(0.3, 40, 6));
    private final NamedArrays model = NamedArrays.of(study.model().arrays(), new double[] {3, -3, 3, -3, 3, 0});

    @Test
    void everyHeldOutPatientIsCountedOnceByClassAndScore() {
        // Given: noise that adds nothing
        TrainingData data = SampleModels.separable(500, 3);
        Evaluation evaluation = new Evaluation(new JavaGradientEngine(), (sigma, e) -> counts -> {});

        // When
        Evaluation.Result result = evaluation.evaluate(study, model, data, entropy);

        // Then: totals are the classes, and this model separates them at one half
        long[][] counts = result.histograms().counts();
        long positives = 500 - Arrays.stream(counts[0]).sum();
        assertThat(Arrays.stream(counts[1]).sum()).isEqualTo(positives).isBetween(150L, 350L);
        assertThat(Arrays.stream(counts[0], 20, 40).sum()).isZero();
        assertThat(Arrays.stream(counts[1], 0, 20).sum()).isZero();
    }

    @Test
    void everyBinGetsItsOwnNoiseAndTheChargeNamesIt() {
        // Given
        int[] draws = {0};
        Evaluation evaluation = new Evaluation(new JavaGradientEngine(), (sigma, e) -> counts -> {
            draws[0] += counts.length;
            Arrays.setAll(counts, b -> counts[b] + Math.round(sigma));
        });

        // When
        Evaluation.Result result = evaluation.evaluate(study, model, SampleModels.separable(0, 3), entropy);

        // Then
        assertThat(draws[0]).isEqualTo(80);
        assertThat(result.histograms().negatives()).hasSize(40).allMatch(n -> n == 6);
        assertThat(result.histograms().positives()).hasSize(40).allMatch(n -> n == 6);
        assertThat(result.mechanism()).isEqualTo(new Mechanism.NoisedCounts(6));
        assertThat(result.differentiallyPrivate()).isTrue();
    }

    @Test
    void theRealNoiseHasTheStudysDeviation() {
        // Given: no patient at all, so the released bins are noise alone
        Evaluation evaluation = new Evaluation(new JavaGradientEngine());
        Study wide = SampleModels.study(new Study.EvaluationPlan(0.3, 4096, 6));

        // When
        Evaluation.Result result = evaluation.evaluate(wide, model, SampleModels.separable(0, 3), entropy);

        // Then: 6 standard errors of a variance estimate from 8192 draws
        double squares = Arrays.stream(result.histograms().counts())
                .flatMapToLong(Arrays::stream)
                .mapToDouble(n -> (double) n * n)
                .sum();
        assertThat(squares / 8192).isCloseTo(36, within(36 * 6 * Math.sqrt(2.0 / 8192)));
    }

    @Test
    void aDpStudyWithoutNoiseAndTwoRowsOfAPatientAreRefused() {
        Evaluation evaluation = new Evaluation(new JavaGradientEngine(), (sigma, e) -> counts -> {});
        Study silent = SampleModels.study(new Study.EvaluationPlan(0.3, 40, 0));
        TrainingData twice = new TrainingData(new double[2][5], new int[] {0, 1}, new String[] {"a", "a"});

        assertThatThrownBy(() -> evaluation.evaluate(silent, model, SampleModels.separable(9, 3), entropy))
                .isInstanceOfSatisfying(
                        LearningException.class, e -> assertThat(e.code()).isEqualTo("EVALUATION_UNSUPPORTED"));
        assertThatThrownBy(() -> evaluation.evaluate(study, model, twice, entropy))
                .isInstanceOfSatisfying(
                        LearningException.class, e -> assertThat(e.code()).isEqualTo("PATIENT_REPEATED"));
    }

    @Test
    void scoresAtTheEdgesFallIntoTheFirstAndTheLastBin() {
        assertThat(ScoreHistograms.bin(0, 10)).isZero();
        assertThat(ScoreHistograms.bin(0.1, 10)).isEqualTo(1);
        assertThat(ScoreHistograms.bin(1, 10)).isEqualTo(9);
    }

    @Test
    void trainingAndHeldOutPatientsAreDisjointStableAndOfThePublicShare() {
        // Given: patients with several rows each
        TrainingData data = SampleModels.rows(20_000, 2, 2, 4, 5);
        byte[] key = "sixteen bytes ok".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        HeldOutSplit split = new HeldOutSplit(key, "risk", 0.3);

        // When
        Set<String> training = patients(split.training(data));
        Set<String> heldOut = patients(split.heldOut(data));

        // Then: 3 standard deviations of a binomial around the share
        assertThat(training).doesNotContainAnyElementsOf(heldOut);
        int all = patients(data).size();
        assertThat(training.size() + heldOut.size()).isEqualTo(all);
        assertThat(heldOut.size() / (double) all).isCloseTo(0.3, within(4 * Math.sqrt(0.3 * 0.7 / all)));
        assertThat(patients(new HeldOutSplit(key, "risk", 0.3).heldOut(data))).isEqualTo(heldOut);
        assertThat(patients(new HeldOutSplit(key, "other", 0.3).heldOut(data))).isNotEqualTo(heldOut);
        key[0]++;
        assertThat(patients(new HeldOutSplit(key, "risk", 0.3).heldOut(data))).isNotEqualTo(heldOut);
    }

    private static Set<String> patients(TrainingData data) {
        Set<String> patients = new HashSet<>();
        for (int r = 0; r < data.size(); r++) {
            patients.add(data.patient(r));
        }
        return patients;
    }
}
