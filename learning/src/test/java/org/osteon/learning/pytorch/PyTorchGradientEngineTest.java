package org.osteon.learning.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.learning.SampleModels;
import org.osteon.learning.TrainingData;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.engine.JavaGradientEngine;
import org.osteon.learning.engine.Oracle;
import org.osteon.learning.template.Network;

class PyTorchGradientEngineTest {
    private static PyTorchGradientEngine engine;

    @BeforeAll
    static void open() {
        engine = PyTorchGradientEngine.open();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({"logistic,1", "softmax,1", "mlp,1", "logistic,4", "softmax,4", "mlp,4"})
    void bookKeepingEqualsTheMicrobatchLoopAndPlainJava(String template, int rowsEach) {
        // Given
        Network network = SampleModels.network(template);
        double[] parameters = SampleModels.parameters(network, 1);
        Batch batch = Oracle.all(SampleModels.rows(90, 5, SampleModels.classes(template), rowsEach, 2));
        GradientEngine java = new JavaGradientEngine();
        double[] sum = new double[parameters.length];
        double[] javaSum = new double[parameters.length];

        // When
        double loss = engine.addClipped(network, parameters, batch, 1.5, sum);

        // Then
        double javaLoss = java.addClipped(network, parameters, batch, 1.5, javaSum);
        assertThat(sum).containsExactly(Oracle.microbatch(engine, network, parameters, batch, 1.5), within(1e-5));
        assertThat(sum).containsExactly(javaSum, within(1e-5));
        assertThat(loss).isCloseTo(javaLoss, within(1e-3));
        // The bound matters here: without it the sum is another one.
        double[] plain = new double[parameters.length];
        engine.addPlain(network, parameters, batch, plain);
        assertThat(distance(plain, sum)).isGreaterThan(0.1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"logistic", "softmax", "mlp"})
    void plainGradientAndProbabilitiesEqualPlainJava(String template) {
        // Given
        Network network = SampleModels.network(template);
        double[] parameters = SampleModels.parameters(network, 1);
        Batch batch = Oracle.all(SampleModels.rows(40, 5, SampleModels.classes(template), 1, 2));
        GradientEngine java = new JavaGradientEngine();
        double[] expected = new double[parameters.length];
        java.addPlain(network, parameters, batch, expected);
        double[] sum = new double[parameters.length];

        // When
        engine.addPlain(network, parameters, batch, sum);

        // Then
        assertThat(sum).containsExactly(expected, within(2e-5));
        double[][] p = engine.probabilities(network, parameters, batch);
        double[][] q = java.probabilities(network, parameters, batch);
        for (int r = 0; r < p.length; r++) {
            assertThat(p[r]).containsExactly(q[r], within(1e-6));
        }
    }

    @Test
    void onePatientWithManyRowsIsClippedAsAWhole() {
        // Given
        Network network = SampleModels.network("mlp");
        double[] parameters = SampleModels.parameters(network, 1);
        TrainingData rows = SampleModels.rows(300, 5, 3, 300, 2);
        double[] sum = new double[parameters.length];

        // When
        engine.addClipped(network, parameters, Oracle.all(rows), 0.5, sum);

        // Then
        assertThat(Oracle.norm(sum)).isCloseTo(0.5, within(1e-6));
    }

    @Test
    void aPatientWithoutAFiniteNormAddsNothing() {
        // Given: 1e30 squared is beyond float32
        Network network = SampleModels.network("softmax");
        TrainingData data = new TrainingData(
                new double[][] {{1, 0, 0, 0, 0}, {1e30, 0, 0, 0, 0}}, new int[] {0, 1}, new String[] {"a", "b"});
        double[] parameters = new double[network.parameters()];
        double[] expected = new double[parameters.length];
        engine.addClipped(network, parameters, Oracle.all(data.keep("a"::equals)), 1, expected);
        double[] sum = new double[parameters.length];

        // When
        engine.addClipped(network, parameters, Oracle.all(data), 1, sum);

        // Then
        assertThat(sum).containsExactly(expected);
    }

    @Test
    void twoThreadsTrainAtOnceAndGradModeIsPutBack() throws Exception {
        // Given
        Network network = SampleModels.network("mlp");
        double[] parameters = SampleModels.parameters(network, 1);
        Batch batch = Oracle.all(SampleModels.rows(64, 5, 3, 1, 2));
        double[] expected = new double[parameters.length];
        engine.addClipped(network, parameters, batch, 1, expected);
        Callable<double[]> work = () -> {
            boolean before = JniUtils.isGradMode();
            double[] sum = new double[parameters.length];
            for (int i = 0; i < 50; i++) {
                java.util.Arrays.fill(sum, 0);
                engine.addClipped(network, parameters, batch, 1, sum);
            }
            assertThat(JniUtils.isGradMode()).isEqualTo(before);
            return sum;
        };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            // When
            Future<double[]> first = threads.submit(work);
            Future<double[]> second = threads.submit(work);

            // Then
            assertThat(first.get()).containsExactly(expected);
            assertThat(second.get()).containsExactly(expected);
        } finally {
            threads.shutdownNow();
        }
    }

    private static double distance(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return Oracle.norm(difference);
    }
}
