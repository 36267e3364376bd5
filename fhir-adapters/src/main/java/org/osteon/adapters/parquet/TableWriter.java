package org.osteon.adapters.parquet;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.jspecify.annotations.Nullable;

/** Writes one table to one Parquet file, in row groups of at most 8 MiB; for one thread. */
public final class TableWriter implements Closeable {
    private static final long ROW_GROUP = 8L << 20;
    private static final int PAGE = 1 << 20;

    private final TableSchema schema;
    private final ParquetWriter<@Nullable Object[]> writer;
    private long rows;

    /**
     * Creates the file.
     *
     * @throws IOException if it exists or cannot be written
     */
    public TableWriter(Path file, TableSchema schema) throws IOException {
        this.schema = schema;
        this.writer = new Builder(new LocalOutputFile(file), schema)
                .withConf(new PlainParquetConfiguration())
                .withCodecFactory(new ZstdCodecs())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize(ROW_GROUP)
                .withPageSize(PAGE)
                .build();
    }

    /** The table's columns. */
    public TableSchema schema() {
        return schema;
    }

    /**
     * Appends a row.
     *
     * @param row a value of the column's kind, or null, for each column in order
     */
    public void write(@Nullable Object[] row) throws IOException {
        if (row.length != schema.columns().size() || row[0] == null) {
            throw new IllegalArgumentException(
                    "a row of " + schema.name() + " has " + schema.columns().size() + " values, the first not null");
        }
        for (int i = 0; i < row.length; i++) {
            Object value = row[i];
            if (value != null && !schema.columns().get(i).kind().holds(value)) {
                throw new IllegalArgumentException("column "
                        + schema.columns().get(i).name() + " of " + schema.name() + " holds no "
                        + value.getClass().getSimpleName());
            }
        }
        writer.write(row);
        rows++;
    }

    /** Rows written so far. */
    public long rows() {
        return rows;
    }

    /** Writes the footer; the file is not synced. */
    @Override
    public void close() throws IOException {
        writer.close();
    }

    private static final class Builder extends ParquetWriter.Builder<@Nullable Object[], Builder> {
        private final TableSchema schema;

        Builder(OutputFile file, TableSchema schema) {
            super(file);
            this.schema = schema;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<@Nullable Object[]> getWriteSupport(Configuration configuration) {
            return new RowSupport(schema);
        }

        @Override
        protected WriteSupport<@Nullable Object[]> getWriteSupport(ParquetConfiguration configuration) {
            return new RowSupport(schema);
        }
    }
}
