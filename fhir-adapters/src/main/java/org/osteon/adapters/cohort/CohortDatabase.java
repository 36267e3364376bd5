package org.osteon.adapters.cohort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.parquet.ColumnKind;
import org.osteon.adapters.parquet.TableColumn;
import org.osteon.adapters.parquet.TableReader;
import org.osteon.adapters.snapshot.Snapshot;
import org.osteon.protocol.document.Manifest;

/**
 * An in-memory DuckDB that can reach nothing outside itself: no files, no network, no extensions, no temporary files.
 * The rows of a snapshot are handed to it; it never opens a table's file.
 */
final class CohortDatabase implements AutoCloseable {
    private static final List<String> SETTINGS = List.of(
            "threads=1",
            "temp_directory=''",
            "autoload_known_extensions=false",
            "autoinstall_known_extensions=false",
            "allow_community_extensions=false",
            "enable_external_access=false");

    /** The column that every table of a snapshot has. */
    private static final TableColumn PATIENT = new TableColumn(PatientRule.PATIENT, ColumnKind.STRING, "");

    private final Connection connection;

    private CohortDatabase(Connection connection) {
        this.connection = connection;
    }

    /** An empty database; nothing of its settings can be changed. */
    static CohortDatabase open(long memoryBytes) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = connection.createStatement()) {
            for (String setting : SETTINGS) {
                statement.execute("SET " + setting);
            }
            statement.execute("SET memory_limit='" + memoryBytes + "B'");
            statement.execute("SET lock_configuration=true");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return new CohortDatabase(connection);
    }

    /** The name under which a table of the snapshot lies in the database. */
    static String physical(String table) {
        return "table_" + table;
    }

    Connection connection() {
        return connection;
    }

    /** The syntax tree of a text, as JSON; nothing is run. */
    byte[] syntaxTree(String sql) throws SQLException {
        try (PreparedStatement parse = connection.prepareStatement("SELECT json_serialize_sql(?::VARCHAR)")) {
            parse.setString(1, sql);
            try (ResultSet result = parse.executeQuery()) {
                result.next();
                return result.getString(1).getBytes(StandardCharsets.UTF_8);
            }
        }
    }

    /** Loads some columns of a table, whole numbers as doubles, without the rows of some patients. */
    void load(Snapshot snapshot, Manifest.Table table, SortedSet<String> wanted, Set<String> without)
            throws SQLException, IOException {
        List<TableColumn> columns = table.columns().stream()
                .filter(column -> wanted.contains(column.name()))
                .map(column -> new TableColumn(
                        column.name(), ColumnKind.labelled(column.type()).orElseThrow(), column.action()))
                .toList();
        String definitions = columns.stream()
                .map(column -> ExprWriter.quoted(column.name()) + " " + type(column.kind()))
                .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE " + ExprWriter.quoted(physical(table.name())) + " (" + definitions + ")");
        }
        DuckDBConnection duckdb = connection.unwrap(DuckDBConnection.class);
        try (DuckDBAppender appender = duckdb.createAppender("main", physical(table.name()))) {
            List<TableColumn> read = withPatient(columns);
            int patient = read.indexOf(PATIENT);
            TableReader.read(snapshot.file(table), read, row -> {
                if (!without.contains(String.valueOf(row[patient]))) {
                    append(appender, Arrays.copyOf(row, columns.size()));
                }
            });
        }
    }

    /** The columns, with the patient's at the end where the query does not read it. */
    private static List<TableColumn> withPatient(List<TableColumn> columns) {
        List<TableColumn> read = new ArrayList<>();
        columns.forEach(column -> read.add(column.name().equals(PATIENT.name()) ? PATIENT : column));
        if (!read.contains(PATIENT)) {
            read.add(PATIENT);
        }
        return read;
    }

    private static String type(ColumnKind kind) {
        return switch (kind) {
            case STRING -> "VARCHAR";
            case DOUBLE, INT64 -> "DOUBLE";
            case BOOLEAN -> "BOOLEAN";
            case BYTES -> throw new IllegalStateException("pixels do not enter cohorts");
        };
    }

    private static void append(DuckDBAppender appender, @Nullable Object[] row) throws IOException {
        try {
            appender.beginRow();
            for (Object value : row) {
                if (value == null) {
                    appender.appendNull();
                } else if (value instanceof String text) {
                    appender.append(text);
                } else if (value instanceof Boolean truth) {
                    appender.append(truth);
                } else {
                    appender.append(((Number) value).doubleValue());
                }
            }
            appender.endRow();
        } catch (SQLException e) {
            throw new IOException("the database does not take the row", e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
