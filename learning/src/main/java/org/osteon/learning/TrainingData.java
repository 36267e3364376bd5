package org.osteon.learning;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.osteon.protocol.document.Study.Feature;

/** Rows of scaled inputs with their labels, grouped by patient; stays at the site. */
public final class TrainingData {
    private final double[][] features;
    private final int[] labels;
    private final String[] patients;

    /**
     * Rows that are already scaled; the arrays are not copied and must not be changed afterwards.
     *
     * @param features {@code [rows][inputs]}, finite
     * @param labels 0 … classes−1
     * @param patients each row's patient pseudonym; rows of a patient need not be adjacent
     * @throws LearningException {@code DATA_MALFORMED} when lengths differ or a value is not finite
     */
    public TrainingData(double[][] features, int[] labels, String[] patients) {
        if (features.length != labels.length || features.length != patients.length) {
            throw malformed("features, labels and patients have " + features.length + ", " + labels.length + " and "
                    + patients.length + " rows");
        }
        for (double[] row : features) {
            if (row.length != features[0].length) {
                throw malformed("rows differ in their number of inputs");
            }
            for (double value : row) {
                if (!Double.isFinite(value)) {
                    throw malformed("a scaled input is not finite");
                }
            }
        }
        this.features = features;
        this.labels = labels;
        this.patients = patients;
    }

    /**
     * Scales raw columns by the study's public constants, {@code (value − center) / scale}; a missing value (NaN) is
     * replaced by the center. Nothing is fitted to the rows.
     */
    public static TrainingData scaled(List<Feature> columns, double[][] raw, int[] labels, String[] patients) {
        double[][] features = new double[raw.length][columns.size()];
        for (int r = 0; r < raw.length; r++) {
            if (raw[r].length != columns.size()) {
                throw malformed("a row has " + raw[r].length + " inputs, the study " + columns.size());
            }
            for (int c = 0; c < columns.size(); c++) {
                Feature column = columns.get(c);
                features[r][c] = Double.isNaN(raw[r][c]) ? 0 : (raw[r][c] - column.center()) / column.scale();
            }
        }
        return new TrainingData(features, labels, patients);
    }

    /** The rows of the patients that a rule keeps, in order. */
    public TrainingData keep(Predicate<String> patient) {
        int[] rows = IntStream.range(0, size())
                .filter(r -> patient.test(patients[r]))
                .toArray();
        return new TrainingData(
                Arrays.stream(rows).mapToObj(r -> features[r]).toArray(double[][]::new),
                Arrays.stream(rows).map(r -> labels[r]).toArray(),
                Arrays.stream(rows).mapToObj(r -> patients[r]).toArray(String[]::new));
    }

    /** Row indices of each patient, patients in order of first appearance. */
    public int[][] rowsByPatient() {
        Map<String, IntStream.Builder> rows = new LinkedHashMap<>();
        for (int r = 0; r < size(); r++) {
            rows.computeIfAbsent(patients[r], p -> IntStream.builder()).add(r);
        }
        return rows.values().stream().map(b -> b.build().toArray()).toArray(int[][]::new);
    }

    /**
     * Checks labels and widths against a study.
     *
     * @throws LearningException {@code DATA_MALFORMED} when a label or the number of inputs does not fit
     */
    public void check(int inputs, int classes) {
        if (size() > 0 && features[0].length != inputs) {
            throw malformed("rows have " + features[0].length + " inputs, the study " + inputs);
        }
        for (int label : labels) {
            if (label < 0 || label >= classes) {
                throw malformed("a label is outside 0 to " + (classes - 1));
            }
        }
    }

    /**
     * Checks that each patient has one row.
     *
     * @throws LearningException {@code PATIENT_REPEATED}
     */
    public void requireOneRowEach() {
        if (new HashSet<>(Arrays.asList(patients)).size() != size()) {
            throw new LearningException(
                    "PATIENT_REPEATED",
                    "a patient has more than one row; the cohort query must return one row a patient");
        }
    }

    /** Rows. */
    public int size() {
        return labels.length;
    }

    /** The scaled inputs of a row. */
    public double[] features(int row) {
        return features[row];
    }

    /** The label of a row. */
    public int label(int row) {
        return labels[row];
    }

    /** The patient of a row. */
    public String patient(int row) {
        return patients[row];
    }

    private static LearningException malformed(String message) {
        return new LearningException("DATA_MALFORMED", message);
    }
}
