package org.osteon.learning.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.SampleModels;
import org.osteon.learning.TrainingData;
import org.osteon.learning.TrainingInstruction;
import org.osteon.learning.TrainingResult;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

class NewtonTrainerTest {
    private static final TrainingPlan.Newton PLAN = new TrainingPlan.Newton(20, 0, 1);
    private final SecureRandom entropy = new SecureRandom();

    @Test
    void stepsOverThreeSitesReachThePooledFit() {
        // Given: rows of three sites and their pool
        TrainingData pool = noisy(400, 7);
        List<TrainingData> sites = List.of(part(pool, 0, 50), part(pool, 50, 180), part(pool, 180, 400));
        Study.ModelSpec model = SampleModels.model("logistic", "float64");
        double[] theta = new double[6];

        // When
        for (int round = 1; round <= 12; round++) {
            double[] gradient = new double[6];
            double[] hessian = new double[36];
            for (TrainingData site : sites) {
                NamedArrays base = NamedArrays.of(model.arrays(), theta);
                TrainingResult result = new NewtonTrainer()
                        .train(new TrainingInstruction(model, 5, 2, PLAN, round, base), site, entropy);
                add(gradient, result.update().get("gradient"));
                add(hessian, result.update().get("hessian"));
            }
            add(theta, solve(hessian, gradient));
        }

        // Then
        assertThat(theta).containsExactly(pooledFit(pool), within(1e-9));
    }

    @Test
    void isNeverCalledDifferentiallyPrivate() {
        // When
        TrainingResult result =
                new NewtonTrainer().train(SampleModels.instruction("logistic", PLAN), noisy(30, 1), entropy);

        // Then
        assertThat(result.differentiallyPrivate()).isFalse();
        assertThat(result.mechanism()).isEqualTo(new Mechanism.ExactRelease());
    }

    @Test
    void refusesTwoRowsOfAPatient() {
        TrainingData twice = new TrainingData(new double[2][5], new int[] {0, 1}, new String[] {"a", "a"});
        TrainingInstruction instruction = SampleModels.instruction("logistic", PLAN);

        assertThatThrownBy(() -> new NewtonTrainer().train(instruction, twice, entropy))
                .isInstanceOfSatisfying(
                        LearningException.class, e -> assertThat(e.code()).isEqualTo("PATIENT_REPEATED"));
    }

    @Test
    void theSmallestCellIsTheRarestPair() {
        // Given: smoker × outcome has one patient with (1, 1), age is continuous
        double[][] rows = new double[40][2];
        int[] labels = new int[40];
        String[] patients = new String[40];
        for (int r = 0; r < 40; r++) {
            rows[r][0] = r < 10 ? 1 : 0;
            rows[r][1] = r / 7.0;
            labels[r] = r == 3 || r >= 30 ? 1 : 0;
            patients[r] = "p" + r;
        }
        TrainingData data = new TrainingData(rows, labels, patients);

        // When
        SmallestCell cell = SmallestCell.of(data, List.of("smoker", "age"), "fracture");

        // Then
        assertThat(cell).isEqualTo(new SmallestCell(1, "smoker", "fracture"));
        assertThat(SmallestCell.of(data.keep(p -> !p.equals("p3")), List.of("smoker", "age"), "fracture")
                        .patients())
                .isEqualTo(9);
    }

    private static TrainingData noisy(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] features = new double[rows][5];
        int[] labels = new int[rows];
        String[] patients = new String[rows];
        for (int r = 0; r < rows; r++) {
            double z = -0.3;
            for (int c = 0; c < 5; c++) {
                features[r][c] = 2 * random.nextDouble() - 1;
                z += (c - 2) * 0.7 * features[r][c];
            }
            labels[r] = random.nextDouble() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
            patients[r] = "p" + r;
        }
        return new TrainingData(features, labels, patients);
    }

    private static TrainingData part(TrainingData data, int from, int to) {
        return data.keep(p -> {
            int row = Integer.parseInt(p.substring(1));
            return row >= from && row < to;
        });
    }

    /**
     * Iteratively re-weighted least squares on the pooled rows by weighted normal equations of the working response.
     */
    private static double[] pooledFit(TrainingData data) {
        double[] beta = new double[6];
        for (int step = 0; step < 40; step++) {
            double[] normal = new double[36];
            double[] right = new double[6];
            for (int r = 0; r < data.size(); r++) {
                double[] x = {0, 0, 0, 0, 0, 1};
                System.arraycopy(data.features(r), 0, x, 0, 5);
                double eta = 0;
                for (int i = 0; i < 6; i++) {
                    eta += beta[i] * x[i];
                }
                double mu = 1 / (1 + Math.exp(-eta));
                double weight = mu * (1 - mu);
                double working = eta + (data.label(r) - mu) / weight;
                for (int i = 0; i < 6; i++) {
                    right[i] += weight * x[i] * working;
                    for (int j = 0; j < 6; j++) {
                        normal[i * 6 + j] += weight * x[i] * x[j];
                    }
                }
            }
            beta = solve(normal, right);
        }
        return beta;
    }

    /** Gaussian elimination with partial pivoting. */
    private static double[] solve(double[] matrix, double[] right) {
        int n = right.length;
        double[][] a = new double[n][n + 1];
        for (int i = 0; i < n; i++) {
            System.arraycopy(matrix, i * n, a[i], 0, n);
            a[i][n] = right[i];
        }
        for (int c = 0; c < n; c++) {
            int pivot = c;
            for (int r = c + 1; r < n; r++) {
                pivot = Math.abs(a[r][c]) > Math.abs(a[pivot][c]) ? r : pivot;
            }
            double[] swap = a[c];
            a[c] = a[pivot];
            a[pivot] = swap;
            for (int r = 0; r < n; r++) {
                double f = r == c ? 0 : a[r][c] / a[c][c];
                for (int k = c; k <= n; k++) {
                    a[r][k] -= f * a[c][k];
                }
            }
        }
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = a[i][n] / a[i][i];
        }
        return x;
    }

    private static void add(double[] to, double[] values) {
        for (int i = 0; i < to.length; i++) {
            to[i] += values[i];
        }
    }
}
