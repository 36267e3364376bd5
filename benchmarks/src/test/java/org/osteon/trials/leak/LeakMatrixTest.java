package org.osteon.trials.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scan itself is tried: one planted leak is found for each container, encoding and kind of place. */
class LeakMatrixTest {
    private static final List<Needle> KINDS = List.of(
            new Needle("name", "欧阳雪梅"),
            new Needle("id", "990000195505240002"),
            new Needle("phone", "10045921587"),
            new Needle("date", "1955-05-24"),
            new Needle("private tag", "canary-private-7f3a"),
            new Needle("nested sequence", "canary-nested-19cd"),
            new Needle("narrative", "canary-narrative-c0de"),
            new Needle("extension", "canary-extension-42ab"),
            new Needle("file name", "canary-file-name-88"),
            new Needle("unparsable row", "canary-broken-row-5e"));
    private static final List<String> CONTAINERS = List.of(
            "Parquet values",
            "Parquet statistics",
            "Parquet metadata",
            "SQLite rows",
            "SQLite write-ahead log",
            "log tile",
            "daemon log",
            "standard output",
            "gRPC trailer",
            "zip");

    @TempDir
    Path folder;

    @Test
    void everyPlantedLeakIsFound() throws Exception {
        LeakScan scan = new LeakScan(KINDS);
        Map<String, String> matrix = new LinkedHashMap<>();
        List<String> missed = new ArrayList<>();
        for (String container : CONTAINERS) {
            for (String encoding : List.of("UTF-8", "UTF-16LE", "UTF-16BE", "GB18030", "Base64")) {
                StringBuilder cells = new StringBuilder();
                for (Needle needle : KINDS) {
                    Path place = Files.createTempDirectory(folder, "cell");
                    plant(container, place, encode(needle.text(), encoding));
                    boolean found = Containers.below(place).entrySet().stream()
                            .flatMap(piece -> scan.scan(piece.getKey(), piece.getValue()).stream())
                            .anyMatch(find -> find.needle().equals(needle));
                    cells.append(found ? " found " : " MISSED");
                    if (!found) {
                        missed.add(container + " × " + encoding + " × " + needle.kind());
                    }
                }
                matrix.put("%-24s %-9s".formatted(container, encoding), cells.toString());
            }
        }
        System.out.println(
                "leak matrix, columns: " + KINDS.stream().map(Needle::kind).toList());
        matrix.forEach((row, cells) -> System.out.println("  " + row + cells));
        assertThat(missed).isEmpty();
    }

    @Test
    void aCleanFolderHasNoFinds() throws Exception {
        Files.writeString(folder.resolve("log"), "0.10045921587 is a number, 19550524 is another, 欧阳 is half a name");
        LeakScan scan = new LeakScan(KINDS);
        for (Map.Entry<String, byte[]> piece : Containers.below(folder).entrySet()) {
            assertThat(scan.scan(piece.getKey(), piece.getValue())).isEmpty();
        }
    }

    private static byte[] encode(String text, String encoding) {
        return switch (encoding) {
            case "UTF-16LE" -> text.getBytes(StandardCharsets.UTF_16LE);
            case "UTF-16BE" -> text.getBytes(StandardCharsets.UTF_16BE);
            case "GB18030" -> text.getBytes(Charset.forName("GB18030"));
            case "Base64" -> Base64.getEncoder().encode(("x" + text + "y").getBytes(StandardCharsets.UTF_8));
            default -> text.getBytes(StandardCharsets.UTF_8);
        };
    }

    private static void plant(String container, Path place, byte[] leak) throws IOException, SQLException {
        switch (container) {
            case "Parquet values" -> parquet(place.resolve("t.parquet"), leak, 1000);
            case "Parquet statistics" -> parquet(place.resolve("t.parquet"), leak, 1);
            case "Parquet metadata" -> metadata(place.resolve("t.parquet"), leak);
            case "SQLite rows" -> sqlite(place.resolve("site.db"), leak, true);
            case "SQLite write-ahead log" -> sqlite(place.resolve("site.db"), leak, false);
            case "zip" -> {
                try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(place.resolve("evidence.zip")))) {
                    out.putNextEntry(new ZipEntry("documents/one.json"));
                    out.write(leak);
                    out.closeEntry();
                }
            }
            default -> {
                try (OutputStream out = Files.newOutputStream(place.resolve(container.replace(' ', '-')))) {
                    out.write("before ".getBytes(StandardCharsets.UTF_8));
                    out.write(leak);
                    out.write(" after".getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    /** One leak among many rows, compressed; with one row it is the statistics' minimum and maximum. */
    private static void parquet(Path file, byte[] leak, int rows) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t AS SELECT ('row ' || range)::BLOB AS x FROM range(" + (rows - 1) + ")");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (from_hex(?))")) {
                insert.setString(1, java.util.HexFormat.of().formatHex(leak));
                insert.execute();
            }
            statement.execute("COPY t TO '" + file + "' (FORMAT parquet, COMPRESSION zstd)");
        }
    }

    private static void metadata(Path file, byte[] leak) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            String hex = java.util.HexFormat.of().formatHex(leak);
            statement.execute("COPY (SELECT 1 AS x) TO '" + file + "' (FORMAT parquet, KV_METADATA {note: from_hex('"
                    + hex + "')})");
        }
    }

    private static void sqlite(Path file, byte[] leak, boolean checkpointed) throws SQLException, IOException {
        Path work = Files.createTempDirectory("leak-plant").resolve("site.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + work)) {
            execute(connection, "PRAGMA journal_mode = WAL");
            execute(connection, "CREATE TABLE t(x BLOB)");
            execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
                insert.setBytes(1, leak);
                insert.execute();
            }
            if (checkpointed) {
                execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            }
            for (String end : List.of("", "-wal")) {
                Path part = Path.of(work + end);
                if (Files.exists(part)) {
                    Files.copy(part, Path.of(file + end));
                }
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
