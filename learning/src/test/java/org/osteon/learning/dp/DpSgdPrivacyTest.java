package org.osteon.learning.dp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.SampleModels;
import org.osteon.learning.TrainingData;
import org.osteon.learning.TrainingInstruction;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.engine.JavaGradientEngine;
import org.osteon.learning.engine.Oracle;
import org.osteon.learning.pytorch.PyTorchGradientEngine;
import org.osteon.learning.template.Network;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan.DpSgd;

/** The trainer with the sampler and the noise of the product. */
class DpSgdPrivacyTest {
    private final SecureRandom entropy = new SecureRandom();
    private final GradientEngine engine = new JavaGradientEngine();

    @Test
    void theUpdateCarriesNoiseOfTheStatedDeviation() {
        // Given: one step over no rows, so the update is noise alone
        Study.ModelSpec model = wide();
        TrainingInstruction instruction = new TrainingInstruction(
                model, 4095, 2, DpSgdTrainerTest.plan(1, 2, 1.5, 64), 1, NamedArrays.zeros(model.arrays()));
        TrainingData nobody = new TrainingData(new double[0][], new int[0], new String[0]);

        // When
        double[] update = new DpSgdTrainer(engine)
                .train(instruction, nobody, entropy)
                .update()
                .flat();

        // Then: η/divisor·σ·C, within 6 standard errors of a variance estimate
        double deviation = 0.5 / 64 * 1.5 * 2;
        double ratio = Math.pow(Oracle.norm(update) / deviation, 2) / update.length;
        assertThat(ratio).isCloseTo(1, within(6 * Math.sqrt(2.0 / update.length)));
    }

    @Test
    void twoRunsOnTheSameInputDiffer() {
        TrainingInstruction instruction = SampleModels.instruction("logistic", DpSgdTrainerTest.plan(1, 1, 1, 64));
        TrainingData data = SampleModels.separable(50, 1);

        double[] first = new DpSgdTrainer(engine)
                .train(instruction, data, entropy)
                .update()
                .flat();
        double[] second = new DpSgdTrainer(engine)
                .train(instruction, data, entropy)
                .update()
                .flat();

        assertThat(first).isNotEqualTo(second);
    }

    @Test
    void batchesHaveBinomialSizes() {
        // Given
        List<Integer> sizes = new ArrayList<>();
        PatientSampler real = PatientSampler.poisson(entropy);
        PatientSampler counted = (n, q) -> {
            int[] drawn = real.sample(n, q);
            sizes.add(drawn.length);
            return drawn;
        };
        DpSgdTrainer trainer = new DpSgdTrainer(engine, e -> counted, (sd, e) -> sum -> {});

        // When: 1000 steps over 400 patients at q = 1/4
        trainer.train(
                SampleModels.instruction("logistic", DpSgdTrainerTest.plan(1000, 1, 1, 1e6)),
                SampleModels.separable(400, 1),
                entropy);

        // Then: mean 100 and variance 75 within 6 standard errors
        double mean = sizes.stream().mapToInt(n -> n).average().orElseThrow();
        double variance = sizes.stream()
                .mapToDouble(n -> (n - 100.0) * (n - 100))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(100, within(6 * Math.sqrt(75.0 / 1000)));
        assertThat(variance).isCloseTo(75, within(75 * 6 * Math.sqrt(2.0 / 1000)));
    }

    @Test
    void learnsASeparableProblemOnBothEngines() {
        try (GradientEngine pytorch = PyTorchGradientEngine.open()) {
            for (GradientEngine used : List.of(engine, pytorch)) {
                // Given
                DpSgd plan = new DpSgd(1, 60, 0.2, 1, 1, 2, 400, 400, 1);
                Study.ModelSpec model = SampleModels.model("logistic", "float32");
                TrainingInstruction instruction =
                        new TrainingInstruction(model, 5, 2, plan, 1, NamedArrays.zeros(model.arrays()));

                // When
                double[] update = new DpSgdTrainer(used)
                        .train(instruction, SampleModels.separable(2000, 5), entropy)
                        .update()
                        .flat();

                // Then: on rows it has not seen
                assertThat(accuracy(used, update)).as(used.name()).isGreaterThan(0.9);
                assertThat(accuracy(used, new double[6])).isLessThan(0.6);
            }
        }
    }

    @Test
    void aModelTooLargeForTheGridIsRefused() {
        Study.ModelSpec model = wide();
        TrainingInstruction instruction = new TrainingInstruction(
                model, 4095, 2, DpSgdTrainerTest.plan(1, 1, 9, 64), 1, NamedArrays.zeros(model.arrays()));
        TrainingData nobody = new TrainingData(new double[0][], new int[0], new String[0]);

        assertThatThrownBy(() -> new DpSgdTrainer(engine).train(instruction, nobody, entropy))
                .isInstanceOfSatisfying(
                        LearningException.class, e -> assertThat(e.code()).isEqualTo("MODEL_TOO_LARGE"));
    }

    private static Study.ModelSpec wide() {
        return new Study.ModelSpec(
                "logistic",
                List.of(),
                List.of(ArraySpec.shared("weight", "float32", 1, 4095), ArraySpec.shared("bias", "float32", 1)),
                0);
    }

    private static double accuracy(GradientEngine engine, double[] parameters) {
        TrainingData test = SampleModels.separable(1000, 99);
        Network network = SampleModels.network("logistic");
        double[][] p = engine.probabilities(network, parameters, Oracle.all(test));
        int right = 0;
        for (int r = 0; r < test.size(); r++) {
            right += (p[r][0] > 0.5 ? 1 : 0) == test.label(r) ? 1 : 0;
        }
        assertThat(Arrays.stream(p).mapToDouble(x -> x[0])).allMatch(Double::isFinite);
        return right / 1000.0;
    }
}
