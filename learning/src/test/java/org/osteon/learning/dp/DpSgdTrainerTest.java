package org.osteon.learning.dp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.SampleModels;
import org.osteon.learning.TrainingData;
import org.osteon.learning.TrainingInstruction;
import org.osteon.learning.TrainingResult;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.engine.JavaGradientEngine;
import org.osteon.learning.engine.Oracle;
import org.osteon.learning.template.Network;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.protocol.document.TrainingPlan.DpSgd;

class DpSgdTrainerTest {
    private static final PatientSampler EVERYBODY =
            (n, q) -> IntStream.range(0, n).toArray();
    private static final PatientSampler NOBODY = (n, q) -> new int[0];
    private static final SumNoise.Source NONE = (sd, e) -> sum -> {};
    private final GradientEngine engine = new JavaGradientEngine();
    private final SecureRandom entropy = new SecureRandom();

    @ParameterizedTest
    @ValueSource(strings = {"logistic", "softmax", "mlp"})
    void withoutNoiseAndClippingItIsPlainDescent(String template) {
        // Given: a bound nobody reaches
        TrainingInstruction instruction = SampleModels.instruction(template, plan(4, 1e6, 1, 64));
        TrainingData data = SampleModels.rows(1200, 5, SampleModels.classes(template), 2, 3);

        // When
        TrainingResult result = trainer(engine, EVERYBODY, NONE).train(instruction, data, entropy);

        // Then
        Network network = SampleModels.network(template);
        double[] base = instruction.base().flat();
        double[] expected = PlainSgd.train(engine, network, base, data, 4, 0.5 / 64);
        double[] update = result.update().flat();
        for (int i = 0; i < update.length; i++) {
            assertThat(update[i]).isCloseTo(expected[i] - base[i], within(1e-6));
        }
    }

    @Test
    void declaresItsChargeAndKeepsCountsApart() {
        // When
        TrainingResult result = trainer(engine, EVERYBODY, NONE)
                .train(
                        SampleModels.instruction("logistic", plan(4, 1, 1.5, 64)),
                        SampleModels.separable(50, 1),
                        entropy);

        // Then
        assertThat(result.differentiallyPrivate()).isTrue();
        assertThat(result.mechanism()).isEqualTo(new Mechanism.DpSgdSteps(0.25, 1.5, 4));
        assertThat(result.siteOnly().patients()).isEqualTo(50);
        assertThat(result.update().specs())
                .isEqualTo(SampleModels.model("logistic", "float32").arrays());
    }

    @Test
    void stepsWithoutAPatientAreNoisedLikeAnyOther() {
        // Given
        List<Double> deviations = new ArrayList<>();
        SumNoise.Source one = (sd, e) -> sum -> {
            deviations.add(sd);
            sum[0] += 1;
        };

        // When
        TrainingResult result = trainer(engine, NOBODY, one)
                .train(
                        SampleModels.instruction("logistic", plan(4, 2, 1.5, 64)),
                        SampleModels.separable(50, 1),
                        entropy);

        // Then: σ·C at each step, divided by the public divisor after it was added
        assertThat(deviations).containsExactly(3.0, 3.0, 3.0, 3.0);
        assertThat(result.update().flat()[0]).isCloseTo(-4 * 0.5 / 64, within(1e-7));
    }

    @Test
    void localArraysStayInTheSiteOnlyPart() {
        // Given: a model whose bias is local
        Study.ModelSpec model = new Study.ModelSpec(
                "logistic",
                List.of(),
                List.of(
                        ArraySpec.shared("weight", "float32", 1, 5),
                        new ArraySpec("bias", "float32", List.of(1), "local")),
                0);
        TrainingInstruction instruction =
                new TrainingInstruction(model, 5, 2, plan(4, 1, 1, 64), 1, NamedArrays.zeros(model.arrays()));

        // When
        TrainingResult result =
                trainer(engine, EVERYBODY, NONE).train(instruction, SampleModels.separable(90, 1), entropy);

        // Then
        assertThat(result.update().specs()).extracting(ArraySpec::name).containsExactly("weight");
        assertThat(result.siteOnly().local().get("bias")[0]).isNotZero();
    }

    @Test
    void removingAPatientMovesTheSumByAtMostTheBound() {
        // Given
        Network network = SampleModels.network("mlp");
        double[] parameters = SampleModels.parameters(network, 1);
        TrainingData data = SampleModels.rows(120, 5, 3, 4, 2);
        DpStep step = new DpStep(engine, network, plan(1, 0.3, 1, 64), data);
        int[] everybody = IntStream.range(0, step.patients()).toArray();
        double[] whole = step.clippedSum(parameters, everybody);
        DpStep.project(whole, 2);
        for (int removed : everybody) {
            // When
            double[] without = step.clippedSum(
                    parameters,
                    IntStream.of(everybody).filter(p -> p != removed).toArray());
            DpStep.project(without, 2);

            // Then
            for (int i = 0; i < without.length; i++) {
                without[i] -= whole[i];
            }
            assertThat(Oracle.norm(without)).isPositive().isLessThanOrEqualTo(0.3 * DpStep.CLIP_MARGIN * (1 + 1e-9));
        }
    }

    @Test
    void theSumIsProjectedOntoThePublicBall() {
        double[] sum = {3, 4};
        double[] small = {0.3, 0.4};
        double[] broken = {Double.NaN, 1};

        DpStep.project(sum, 1);
        DpStep.project(small, 1);
        DpStep.project(broken, 1);

        assertThat(sum).containsExactly(new double[] {0.6, 0.8}, within(1e-15));
        assertThat(small).containsExactly(0.3, 0.4);
        assertThat(broken).containsExactly(0, 0);
    }

    @Test
    void aMissingClipAMissingNoiseAndAWrongDivisorAreSeen() {
        // Given: an engine that forgets to clip, no noise, the batch as divisor
        GradientEngine unclipped = new UnclippedEngine(engine);
        SumNoise.Source unit = (sd, e) -> sum -> java.util.Arrays.setAll(sum, i -> sum[i] + sd);

        // Then: the check passes for the real parts and fails for each fault
        assertThatCode(() -> checkOneStep(engine, unit, 64)).doesNotThrowAnyException();
        assertThatThrownBy(() -> checkOneStep(unclipped, unit, 64)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> checkOneStep(engine, NONE, 64)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> checkOneStep(engine, unit, 50)).isInstanceOf(AssertionError.class);
    }

    /** One step by the definition, written out from loops over patients, against the trainer. */
    private void checkOneStep(GradientEngine used, SumNoise.Source noise, double divisor) {
        TrainingInstruction instruction = SampleModels.instruction("softmax", plan(1, 0.2, 1.5, divisor));
        TrainingData data = SampleModels.rows(50, 5, 3, 2, 3);
        double[] expected = Oracle.microbatch(
                engine,
                SampleModels.network("softmax"),
                instruction.base().flat(),
                Oracle.all(data),
                0.2 * DpStep.CLIP_MARGIN);

        double[] update = trainer(used, EVERYBODY, noise)
                .train(instruction, data, entropy)
                .update()
                .flat();

        for (int i = 0; i < update.length; i++) {
            assertThat(update[i]).isCloseTo(-0.5 * (expected[i] + 1.5 * 0.2) / 64, within(1e-7));
        }
    }

    @Test
    void divergenceAndOtherPlansAreRefused() {
        SumNoise.Source huge = (sd, e) -> sum -> sum[0] = 1e300;
        TrainingData data = SampleModels.separable(20, 1);

        assertThatThrownBy(() -> trainer(engine, EVERYBODY, huge)
                        .train(SampleModels.instruction("logistic", plan(1, 1, 1, 64)), data, entropy))
                .isInstanceOfSatisfying(
                        LearningException.class, e -> assertThat(e.code()).isEqualTo("DIVERGED"));
        assertThatThrownBy(() -> trainer(engine, EVERYBODY, NONE)
                        .train(SampleModels.instruction("logistic", new TrainingPlan.Newton(3, 0, 1)), data, entropy))
                .isInstanceOfSatisfying(
                        LearningException.class, e -> assertThat(e.code()).isEqualTo("PLAN_MISMATCH"));
    }

    static DpSgd plan(int steps, double clip, double sigma, double divisor) {
        return new DpSgd(3, steps, 0.25, clip, sigma, 0.5, divisor, 1e9, 1);
    }

    static DpSgdTrainer trainer(GradientEngine engine, PatientSampler sampler, SumNoise.Source noise) {
        return new DpSgdTrainer(engine, e -> sampler, noise);
    }
}
