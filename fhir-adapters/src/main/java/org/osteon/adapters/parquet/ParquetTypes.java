package org.osteon.adapters.parquet;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/** A table's columns as Parquet types. */
final class ParquetTypes {
    private ParquetTypes() {}

    static MessageType message(TableSchema schema) {
        List<Type> types = new ArrayList<>();
        for (TableColumn column : schema.columns()) {
            types.add(type(
                    column, column.name().equals(TableSchema.PATIENT) ? Repetition.REQUIRED : Repetition.OPTIONAL));
        }
        return new MessageType(schema.name(), types);
    }

    private static Type type(TableColumn column, Repetition repetition) {
        return switch (column.kind()) {
            case STRING ->
                Types.primitive(PrimitiveTypeName.BINARY, repetition)
                        .as(LogicalTypeAnnotation.stringType())
                        .named(column.name());
            case BYTES -> Types.primitive(PrimitiveTypeName.BINARY, repetition).named(column.name());
            case DOUBLE -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(column.name());
            case INT64 -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(column.name());
            case BOOLEAN ->
                Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(column.name());
        };
    }
}
