package org.osteon.adapters.parquet;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Hands rows to Parquet, value by value in column order. */
final class RowSupport extends WriteSupport<@Nullable Object[]> {
    private final TableSchema schema;
    private final MessageType message;
    private @Nullable RecordConsumer consumer;

    RowSupport(TableSchema schema) {
        this.schema = schema;
        this.message = ParquetTypes.message(schema);
    }

    @Override
    public WriteContext init(Configuration configuration) {
        return new WriteContext(message, Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
        return new WriteContext(message, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
        this.consumer = recordConsumer;
    }

    @Override
    public void write(@Nullable Object[] row) {
        RecordConsumer out = consumer;
        if (out == null) {
            throw new IllegalStateException("not prepared");
        }
        out.startMessage();
        for (int i = 0; i < row.length; i++) {
            Object value = row[i];
            if (value == null) {
                continue;
            }
            String name = schema.columns().get(i).name();
            out.startField(name, i);
            add(out, value);
            out.endField(name, i);
        }
        out.endMessage();
    }

    private static void add(RecordConsumer out, Object value) {
        if (value instanceof String text) {
            out.addBinary(Binary.fromString(text));
        } else if (value instanceof Double number) {
            out.addDouble(number);
        } else if (value instanceof Long number) {
            out.addLong(number);
        } else if (value instanceof Boolean truth) {
            out.addBoolean(truth);
        } else if (value instanceof byte[] bytes) {
            out.addBinary(Binary.fromConstantByteArray(bytes));
        } else {
            throw new IllegalStateException(
                    "no column holds a " + value.getClass().getSimpleName());
        }
    }
}
