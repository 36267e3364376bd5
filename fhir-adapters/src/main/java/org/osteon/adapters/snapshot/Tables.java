package org.osteon.adapters.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.parquet.TableColumn;
import org.osteon.adapters.parquet.TableSchema;
import org.osteon.adapters.parquet.TableWriter;
import org.osteon.protocol.document.Manifest;

/** The Parquet files of a snapshot that is being written, in {@code tables/} below its folder. */
final class Tables implements Closeable {
    static final String FOLDER = "tables";

    private final Path folder;
    private final Map<String, TableWriter> writers = new TreeMap<>();

    Tables(Path snapshot) throws IOException {
        folder = Files.createDirectory(snapshot.resolve(FOLDER));
    }

    /** Makes the table if it is not there, so that it exists even without rows. */
    TableWriter open(TableSchema schema) throws IOException {
        TableWriter writer = writers.get(schema.name());
        if (writer == null) {
            writer = new TableWriter(file(schema.name()), schema);
            writers.put(schema.name(), writer);
        }
        return writer;
    }

    void write(TableSchema schema, @Nullable Object[] row) throws IOException {
        open(schema).write(row);
    }

    /** Finishes all files and describes them, sorted by name. */
    List<Manifest.Table> finish() throws IOException {
        close();
        List<Manifest.Table> tables = new ArrayList<>();
        for (Map.Entry<String, TableWriter> entry : writers.entrySet()) {
            List<Manifest.Column> columns = new ArrayList<>();
            for (TableColumn column : entry.getValue().schema().columns()) {
                columns.add(new Manifest.Column(column.name(), column.kind().label(), column.action()));
            }
            Path file = file(entry.getKey());
            tables.add(new Manifest.Table(
                    entry.getKey(),
                    FOLDER + "/" + file.getFileName(),
                    FileDigest.of(file),
                    entry.getValue().rows(),
                    columns));
        }
        return tables;
    }

    private Path file(String table) {
        return folder.resolve(table + ".parquet");
    }

    @Override
    public void close() throws IOException {
        for (TableWriter writer : writers.values()) {
            writer.close();
        }
    }
}
