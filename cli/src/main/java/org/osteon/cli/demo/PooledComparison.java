package org.osteon.cli.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.osteon.conformance.statistics.AucEstimate;
import org.osteon.conformance.statistics.HistogramAuc;
import org.osteon.protocol.document.CanonicalJson;

/**
 * What nobody in a federation can do, for comparison only: reads all hospitals' raw sample exports in one place and
 * fits plain logistic regressions, without privacy, on each hospital alone and on all rows pooled, by iteratively
 * reweighted least squares. Runs outside hub and agents and shares no code with them but the AUC interval.
 */
public final class PooledComparison {
    private static final int BINS = 4096;
    private static final int INPUTS = 11;
    private static final double HELD_OUT = 0.3;

    private PooledComparison() {}

    /** One patient of an export. */
    private record Patient(double[] inputs, int outcome) {}

    /** {@code SAMPLE_DATA SEED HOSPITAL...}: prints one JSON object. */
    public static void main(String[] arguments) throws IOException {
        Path sampleData = Path.of(arguments[0]);
        Random split = new Random(Long.parseLong(arguments[1]));
        Map<String, List<Patient>> training = new LinkedHashMap<>();
        List<Patient> heldOut = new ArrayList<>();
        List<Patient> pooled = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            List<Patient> own = new ArrayList<>();
            for (Patient patient : read(sampleData.resolve(arguments[i]).resolve("export.csv"))) {
                if (split.nextDouble() < HELD_OUT) {
                    heldOut.add(patient);
                } else {
                    own.add(patient);
                }
            }
            training.put(arguments[i], own);
            pooled.addAll(own);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        training.forEach((hospital, rows) -> answer.put(hospital, view(auc(fit(rows), heldOut))));
        answer.put("pooled", view(auc(fit(pooled), heldOut)));
        answer.put("heldOut", heldOut.size());
        new PrintStream(System.out, true, StandardCharsets.UTF_8)
                .println(new String(CanonicalJson.write(answer), StandardCharsets.UTF_8));
    }

    private static Map<String, Object> view(AucEstimate auc) {
        return Map.of("auc", auc.auc(), "ci", List.of(auc.low(), auc.high()));
    }

    private static List<Patient> read(Path csv) throws IOException {
        String text = new String(Files.readAllBytes(csv), Charset.forName("GB18030"));
        Map<String, Patient> patients = new LinkedHashMap<>();
        for (String line : text.lines().skip(1).toList()) {
            String[] cells = line.split(",", -1);
            if (cells.length != 20 || !cells[19].matches("[01]")) {
                continue;
            }
            double height = number(cells[8], 1.6) / 100;
            double[] inputs = {
                "女".equals(cells[6]) ? 0.8 : -1.2,
                (number(cells[7], 70) - 70) / 9,
                (number(cells[9], 60) / (height * height) - 24) / 3.2,
                (number(cells[10], -1.9) + 1.9) / 1.1,
                number(cells[11], 0),
                number(cells[12], 0),
                number(cells[13], 0),
                number(cells[14], 0),
                number(cells[15], 0),
                number(cells[16], 0),
                number(cells[17], 1) - 1
            };
            patients.putIfAbsent(cells[0], new Patient(inputs, Integer.parseInt(cells[19])));
        }
        return new ArrayList<>(patients.values());
    }

    private static double number(String cell, double missing) {
        return cell.matches("-?[0-9]+(\\.[0-9]+)?") ? Double.parseDouble(cell) : missing;
    }

    private static double score(double[] weights, double[] inputs) {
        double z = weights[INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            z += weights[i] * inputs[i];
        }
        return 1 / (1 + Math.exp(-z));
    }

    private static double[] fit(List<Patient> rows) {
        double[] weights = new double[INPUTS + 1];
        for (int step = 0; step < 12; step++) {
            double[][] system = new double[INPUTS + 1][INPUTS + 2];
            for (Patient row : rows) {
                double p = score(weights, row.inputs());
                for (int i = 0; i <= INPUTS; i++) {
                    double xi = i == INPUTS ? 1 : row.inputs()[i];
                    for (int j = 0; j <= INPUTS; j++) {
                        system[i][j] += p * (1 - p) * xi * (j == INPUTS ? 1 : row.inputs()[j]);
                    }
                    system[i][INPUTS + 1] += (row.outcome() - p) * xi;
                }
            }
            double[] change = solve(system);
            for (int i = 0; i <= INPUTS; i++) {
                weights[i] += change[i];
            }
        }
        return weights;
    }

    /** Gauss and Jordan, with the largest pivot. */
    private static double[] solve(double[][] system) {
        int n = system.length;
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int row = column; row < n; row++) {
                pivot = Math.abs(system[row][column]) > Math.abs(system[pivot][column]) ? row : pivot;
            }
            double[] swapped = system[column];
            system[column] = system[pivot];
            system[pivot] = swapped;
            for (int row = 0; row < n; row++) {
                double factor = row == column ? 0 : system[row][column] / system[column][column];
                for (int k = column; k <= n; k++) {
                    system[row][k] -= factor * system[column][k];
                }
            }
        }
        double[] solution = new double[n];
        for (int i = 0; i < n; i++) {
            solution[i] = system[i][n] / system[i][i];
        }
        return solution;
    }

    private static AucEstimate auc(double[] weights, List<Patient> heldOut) {
        long[][] counts = new long[2][BINS];
        for (Patient patient : heldOut) {
            counts[patient.outcome()][Math.min(BINS - 1, (int) (score(weights, patient.inputs()) * BINS))]++;
        }
        return HistogramAuc.estimate(counts[0], counts[1], 0, 1);
    }
}
