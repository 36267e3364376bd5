package org.osteon.cli.evidence;

import java.util.ArrayList;
import java.util.List;
import org.osteon.adapters.cohort.CohortLimits;
import org.osteon.adapters.cohort.CohortQuery;
import org.osteon.adapters.cohort.CohortRefused;
import org.osteon.adapters.cohort.CohortTable;
import org.osteon.adapters.snapshot.Snapshot;
import org.osteon.adapters.snapshot.SnapshotException;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.Study;

/**
 * A study's cohort in a snapshot: patients with a label, and their raw inputs in the study's order.
 *
 * @param patients pseudonyms
 * @param inputs {@code [patients][features]}, NaN where a value is missing
 */
@SuppressWarnings("ArrayRecordComponent") // drawn once and read once
record CohortRows(List<String> patients, double[][] inputs) {
    static CohortRows draw(Study study, java.nio.file.Path folder) {
        try {
            Snapshot snapshot = Snapshot.open(folder);
            snapshot.verify();
            CohortTable table = CohortQuery.compile(study.cohort().sql()).run(snapshot, CohortLimits.standard());
            int label = column(table, study.cohort().label());
            int[] features = study.cohort().features().stream()
                    .mapToInt(feature -> column(table, feature.column()))
                    .toArray();
            List<String> patients = new ArrayList<>();
            List<double[]> inputs = new ArrayList<>();
            for (int row = 0; row < table.values().length; row++) {
                double[] values = table.values()[row];
                if (Double.isNaN(values[label])) {
                    continue;
                }
                double[] raw = new double[features.length];
                for (int i = 0; i < raw.length; i++) {
                    raw[i] = values[features[i]];
                }
                patients.add(table.patients().get(row));
                inputs.add(raw);
            }
            return new CohortRows(List.copyOf(patients), inputs.toArray(double[][]::new));
        } catch (SnapshotException e) {
            throw CliException.told(ExitCode.WRONG_CALL, e.code(), String.valueOf(e.getMessage()));
        } catch (CohortRefused e) {
            throw CliException.told(ExitCode.WRONG_CALL, e.code(), String.valueOf(e.getMessage()));
        }
    }

    private static int column(CohortTable table, String name) {
        if (!table.columns().contains(name)) {
            throw CliException.told(
                    ExitCode.WRONG_CALL, "COHORT_COLUMN_MISSING", "the cohort query has no column " + name);
        }
        return table.indexOf(name);
    }
}
