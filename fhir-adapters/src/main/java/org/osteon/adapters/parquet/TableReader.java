package org.osteon.adapters.parquet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Reads tables that {@link TableWriter} wrote, a row group at a time. */
public final class TableReader {
    private TableReader() {}

    /** Takes one row after the other. */
    @FunctionalInterface
    public interface RowSink {
        /** One row: a value of the column's kind, or null, for each column asked for; the array is not reused. */
        void row(@Nullable Object[] values) throws IOException;
    }

    /**
     * Reads some columns of a table.
     *
     * @param columns columns of the file, in the order wanted
     * @throws IOException if the file is not such a table, or lacks a column
     */
    public static void read(Path file, List<TableColumn> columns, RowSink sink) throws IOException {
        ParquetReadOptions options = ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new ZstdCodecs())
                .withPageChecksumVerification(true)
                .build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            MessageType all = reader.getFooter().getFileMetaData().getSchema();
            MessageType wanted = wanted(all, columns);
            reader.setRequestedSchema(wanted);
            for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
                RecordReader<Group> records = new ColumnIOFactory()
                        .getColumnIO(wanted, all)
                        .getRecordReader(pages, new GroupRecordConverter(wanted));
                for (long i = 0; i < pages.getRowCount(); i++) {
                    sink.row(values(records.read(), columns));
                }
            }
        } catch (RuntimeException e) {
            throw new IOException("the file is not a Parquet table of this snapshot", e);
        }
    }

    private static MessageType wanted(MessageType all, List<TableColumn> columns) throws IOException {
        List<Type> types = new ArrayList<>();
        for (TableColumn column : columns) {
            if (!all.containsField(column.name())) {
                throw new IOException("the file has no column " + column.name());
            }
            types.add(all.getType(column.name()));
        }
        return new MessageType(all.getName(), types);
    }

    private static @Nullable Object[] values(Group group, List<TableColumn> columns) {
        @Nullable Object[] row = new @Nullable Object[columns.size()];
        for (int i = 0; i < row.length; i++) {
            if (group.getFieldRepetitionCount(i) == 0) {
                continue;
            }
            row[i] = switch (columns.get(i).kind()) {
                case STRING -> group.getString(i, 0);
                case DOUBLE -> group.getDouble(i, 0);
                case INT64 -> group.getLong(i, 0);
                case BOOLEAN -> group.getBoolean(i, 0);
                case BYTES -> group.getBinary(i, 0).getBytes();
            };
        }
        return row;
    }
}
