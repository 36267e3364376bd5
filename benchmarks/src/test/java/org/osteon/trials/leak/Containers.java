package org.osteon.trials.leak;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Takes files apart: the bytes as they lie, and what Parquet, SQLite with its write-ahead log, zip and gzip hold
 * inside.
 */
final class Containers {
    private Containers() {}

    /** Every piece of data below a folder, by where it lies; names of files count as data too. */
    static Map<String, byte[]> below(Path folder) throws IOException {
        Map<String, byte[]> pieces = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.relativize(file).toString();
                pieces.put("name of " + name, name.getBytes(StandardCharsets.UTF_8));
                try {
                    of(name, file, pieces);
                } catch (NoSuchFileException e) {
                    // A daemon that runs has given a draft its name, under which it is read the next time.
                    if (!file.getFileName().toString().startsWith(".")) {
                        throw e;
                    }
                }
            }
        }
        return pieces;
    }

    private static void of(String name, Path file, Map<String, byte[]> pieces) throws IOException {
        byte[] raw = Files.readAllBytes(file);
        pieces.put(name, raw);
        if (name.endsWith(".parquet")) {
            pieces.put(name + " values", parquet(file));
        } else if (name.endsWith(".db")) {
            pieces.put(name + " rows", sqlite(file));
        } else if (name.endsWith(".zip") || name.endsWith(".fab")) {
            zip(name, raw, pieces);
        } else if (raw.length > 2 && raw[0] == 0x1f && raw[1] == (byte) 0x8b) {
            pieces.put(name + " inside", new GZIPInputStream(new ByteArrayInputStream(raw)).readAllBytes());
        }
    }

    private static void zip(String name, byte[] raw, Map<String, byte[]> pieces) throws IOException {
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(raw))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                pieces.put(name + "!" + entry.getName(), in.readAllBytes());
            }
        }
    }

    /** Values, statistics and metadata, read by DuckDB, which shares no code with the writer. */
    private static byte[] parquet(Path file) {
        String literal = "'" + file.toAbsolutePath().toString().replace("'", "''") + "'";
        return query(
                "jdbc:duckdb:",
                List.of(
                        "SELECT * FROM read_parquet(" + literal + ")",
                        "SELECT * FROM parquet_metadata(" + literal + ")",
                        "SELECT * FROM parquet_kv_metadata(" + literal + ")"));
    }

    /** All rows of all tables, read from a copy together with the write-ahead log. */
    private static byte[] sqlite(Path file) throws IOException {
        Path copy = Files.createTempDirectory("leak").resolve("copy.db");
        for (String end : List.of("", "-wal", "-shm")) {
            Path part = Path.of(file + end);
            if (Files.exists(part)) {
                Files.copy(part, Path.of(copy + end));
            }
        }
        List<String> tables = new ArrayList<>();
        String url = "jdbc:sqlite:" + copy;
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM sqlite_master WHERE type = 'table'")) {
            while (rows.next()) {
                tables.add("SELECT * FROM \"" + rows.getString(1) + "\"");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return query(url, tables);
    }

    private static byte[] query(String url, List<String> queries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String query : queries) {
                try (ResultSet rows = statement.executeQuery(query)) {
                    int columns = rows.getMetaData().getColumnCount();
                    while (rows.next()) {
                        for (int i = 1; i <= columns; i++) {
                            write(rows.getObject(i), out);
                            out.write('\n');
                        }
                    }
                }
            }
            return out.toByteArray();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(@org.jspecify.annotations.Nullable Object value, ByteArrayOutputStream out)
            throws IOException, SQLException {
        if (value instanceof Blob blob) {
            out.write(blob.getBytes(1, (int) blob.length()));
        } else if (value instanceof byte[] bytes) {
            out.write(bytes);
        } else if (value != null) {
            out.write(value.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
