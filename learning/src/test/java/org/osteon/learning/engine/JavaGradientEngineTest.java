package org.osteon.learning.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.learning.SampleModels;
import org.osteon.learning.TrainingData;
import org.osteon.learning.template.Network;

class JavaGradientEngineTest {
    private final GradientEngine engine = new JavaGradientEngine();

    @ParameterizedTest
    @ValueSource(strings = {"logistic", "softmax", "mlp"})
    void gradientsAreTheDerivativesOfTheLoss(String template) {
        // Given
        Network network = SampleModels.network(template);
        double[] parameters = SampleModels.parameters(network, 3);
        Batch batch = Oracle.all(SampleModels.rows(17, 5, SampleModels.classes(template), 1, 5));
        double[] gradient = new double[parameters.length];

        // When
        engine.addPlain(network, parameters, batch, gradient);

        // Then
        assertThat(gradient).containsExactly(Oracle.differences(engine, network, parameters, batch), within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"logistic", "softmax", "mlp"})
    void clippedSumEqualsTheLoopOverPatients(String template) {
        // Given: patients with several scattered rows, a bound that some exceed and some do not
        Network network = SampleModels.network(template);
        double[] parameters = SampleModels.parameters(network, 4);
        Batch batch = Oracle.all(SampleModels.rows(60, 5, SampleModels.classes(template), 4, 6));
        double[] sum = new double[parameters.length];

        // When
        engine.addClipped(network, parameters, batch, 1.5, sum);

        // Then
        assertThat(sum).containsExactly(Oracle.microbatch(engine, network, parameters, batch, 1.5), within(1e-12));
    }

    @Test
    void noPatientAddsMoreThanTheBound() {
        // Given
        Network network = SampleModels.network("mlp");
        double[] parameters = SampleModels.parameters(network, 8);
        Batch batch = Oracle.all(SampleModels.rows(80, 5, 3, 4, 9));

        for (int p = 0; p < batch.patients(); p++) {
            // When
            double[] clipped = new double[parameters.length];
            engine.addClipped(network, parameters, Oracle.only(batch, p), 0.1, clipped);
            double[] unclipped = new double[parameters.length];
            engine.addPlain(network, parameters, Oracle.only(batch, p), unclipped);

            // Then: bounded, in the same direction, and the bound did work on it
            assertThat(Oracle.norm(clipped)).isLessThanOrEqualTo(0.1 * (1 + 1e-12));
            assertThat(Oracle.norm(unclipped)).isGreaterThan(0.1);
        }
    }

    @Test
    void aPatientWithoutAFiniteNormAddsNothing() {
        // Given: parameters so large that one patient's square overflows
        Network network = SampleModels.network("softmax");
        TrainingData data = new TrainingData(
                new double[][] {{1, 0, 0, 0, 0}, {1e200, 0, 0, 0, 0}}, new int[] {0, 1}, new String[] {"a", "b"});
        double[] parameters = new double[network.parameters()];
        double[] sum = new double[parameters.length];
        double[] first = new double[parameters.length];
        engine.addClipped(network, parameters, Oracle.only(Oracle.all(data), 0), 1, first);

        // When
        engine.addClipped(network, parameters, Oracle.all(data), 1, sum);

        // Then
        assertThat(sum).containsExactly(first);
    }
}
