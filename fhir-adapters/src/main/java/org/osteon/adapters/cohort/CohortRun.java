package org.osteon.adapters.cohort;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.snapshot.Snapshot;
import org.osteon.adapters.snapshot.SnapshotException;
import org.osteon.protocol.document.Manifest;

/** Runs one written query on one snapshot. */
final class CohortRun {
    private record Line(String patient, double[] values) {}

    private final Snapshot snapshot;
    private final CohortLimits limits;
    private final Set<String> without;

    CohortRun(Snapshot snapshot, CohortLimits limits, Set<String> without) {
        this.snapshot = snapshot;
        this.limits = limits;
        this.without = without;
    }

    /** The numbers and truth values of a result, in order. */
    static List<String> columns(QueryWriter.Select select) {
        List<String> columns = new ArrayList<>();
        for (Map.Entry<String, ValueType> column : select.columns().entrySet()) {
            if (column.getKey().equals(PatientRule.PATIENT)) {
                continue;
            }
            if (column.getValue() == ValueType.TEXT) {
                throw new CohortRefused(
                        "COHORT_COLUMN_TYPE",
                        "column " + column.getKey() + " is a text; a cohort has numbers and truth values, use CASE");
            }
            columns.add(column.getKey());
        }
        return columns;
    }

    CohortTable rows(QueryWriter.Select select, SortedMap<String, SortedSet<String>> read) {
        List<String> columns = columns(select);
        List<Line> lines = lines(select, read, columns);
        lines.sort(Comparator.comparing(Line::patient));
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).patient.equals(lines.get(i - 1).patient)) {
                throw new CohortRefused(
                        "COHORT_NOT_ONE_ROW_A_PATIENT", "a patient has more than one row; use GROUP BY patient");
            }
        }
        return new CohortTable(
                lines.stream().map(Line::patient).toList(),
                columns,
                lines.stream().map(Line::values).toArray(double[][]::new));
    }

    private List<Line> lines(
            QueryWriter.Select select, SortedMap<String, SortedSet<String>> read, List<String> columns) {
        AtomicBoolean late = new AtomicBoolean();
        try (CohortDatabase database = CohortDatabase.open(limits.memoryBytes())) {
            for (Map.Entry<String, SortedSet<String>> entry : read.entrySet()) {
                Manifest.Table table = snapshot.table(entry.getKey()).orElseThrow();
                snapshot.verify(table);
                database.load(snapshot, table, entry.getValue(), without);
            }
            try (Statement statement = database.connection().createStatement();
                    Deadline deadline = new Deadline(statement, limits.time(), late);
                    ResultSet result = statement.executeQuery(select.sql())) {
                List<Line> lines = lines(result, columns);
                deadline.check();
                return lines;
            }
        } catch (SQLException e) {
            throw failure(e, late.get());
        } catch (IOException e) {
            if (e.getCause() instanceof SQLException full) {
                throw failure(full, false);
            }
            throw new SnapshotException("SNAPSHOT_UNREADABLE", "a table of the snapshot cannot be read", e);
        }
    }

    private List<Line> lines(ResultSet result, List<String> columns) throws SQLException {
        int patient = result.findColumn(PatientRule.PATIENT);
        int[] positions = new int[columns.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = result.findColumn(columns.get(i));
        }
        List<Line> lines = new ArrayList<>();
        while (result.next()) {
            if (lines.size() == limits.patients()) {
                throw new CohortRefused(
                        "COHORT_TOO_MANY_PATIENTS", "the cohort has more than " + limits.patients() + " rows");
            }
            double[] values = new double[positions.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(result.getObject(positions[i]));
            }
            lines.add(new Line(result.getString(patient), values));
        }
        return lines;
    }

    private static double value(@Nullable Object value) {
        if (value instanceof Boolean truth) {
            return truth ? 1 : 0;
        }
        double number = value instanceof Number some ? some.doubleValue() : Double.NaN;
        return Double.isInfinite(number) ? Double.NaN : number;
    }

    /** The database's message may quote values, so it is not passed on. */
    private static CohortRefused failure(SQLException e, boolean late) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (late) {
            return new CohortRefused("COHORT_TIME_LIMIT", "the query takes longer than its limit");
        }
        if (message.contains("out of memory") || message.contains("could not allocate")) {
            return new CohortRefused("COHORT_MEMORY_LIMIT", "the query needs more memory than its limit");
        }
        if (message.contains("binder error")) {
            return new CohortRefused("COHORT_SYNTAX", "a column stands outside GROUP BY or a type does not fit");
        }
        return new CohortRefused("COHORT_FAILED", "the database cannot run the query");
    }
}
