package org.osteon.protocol.flower.record;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.wire.BoolList;
import org.osteon.protocol.flower.wire.BytesList;
import org.osteon.protocol.flower.wire.ConfigRecord;
import org.osteon.protocol.flower.wire.ConfigRecordValue;
import org.osteon.protocol.flower.wire.DoubleList;
import org.osteon.protocol.flower.wire.MetricRecord;
import org.osteon.protocol.flower.wire.MetricRecordValue;
import org.osteon.protocol.flower.wire.SintList;
import org.osteon.protocol.flower.wire.StringList;
import org.osteon.protocol.flower.wire.UintList;

/**
 * A metric or config record: values by name, in the order in which they travel, which is part of the record's identity.
 *
 * @param values unmodifiable, in order
 */
public record NamedValues(Map<String, Value> values) {
    private static final int MOST = 10_000;

    /** Takes a copy in the same order. */
    public NamedValues {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * The values of a metric record.
     *
     * @throws FlowerException with code {@code RECORD_MALFORMED} when a name occurs twice, a value is not set or there
     *     are more than 10,000
     */
    public static NamedValues of(MetricRecord record) {
        Map<String, Value> values = new LinkedHashMap<>();
        within(record.getItemsCount());
        for (MetricRecord.Item item : record.getItemsList()) {
            put(values, item.getKey(), value(item.getValue()));
        }
        return new NamedValues(values);
    }

    /**
     * The values of a config record.
     *
     * @throws FlowerException as for a metric record
     */
    public static NamedValues of(ConfigRecord record) {
        Map<String, Value> values = new LinkedHashMap<>();
        within(record.getItemsCount());
        for (ConfigRecord.Item item : record.getItemsList()) {
            put(values, item.getKey(), value(item.getValue()));
        }
        return new NamedValues(values);
    }

    /**
     * The metric record of these values.
     *
     * @throws FlowerException with code {@code RECORD_MALFORMED} when a value is none that metric records carry
     */
    public MetricRecord toMetricRecord() {
        MetricRecord.Builder record = MetricRecord.newBuilder();
        values.forEach((name, value) ->
                record.addItems(MetricRecord.Item.newBuilder().setKey(name).setValue(metric(name, value))));
        return record.build();
    }

    /** The config record of these values. */
    public ConfigRecord toConfigRecord() {
        ConfigRecord.Builder record = ConfigRecord.newBuilder();
        values.forEach((name, value) ->
                record.addItems(ConfigRecord.Item.newBuilder().setKey(name).setValue(config(value))));
        return record.build();
    }

    /** The integer of that name: signed, or unsigned and below 2^63; empty for any other kind. */
    public OptionalLong integer(String name) {
        Value value = values.get(name);
        if (value instanceof Value.Signed signed) {
            return OptionalLong.of(signed.value());
        }
        return value instanceof Value.Unsigned unsigned && unsigned.value() >= 0
                ? OptionalLong.of(unsigned.value())
                : OptionalLong.empty();
    }

    /** The text of that name; empty for any other kind. */
    public Optional<String> text(String name) {
        return values.get(name) instanceof Value.Text text ? Optional.of(text.value()) : Optional.empty();
    }

    private static void within(int count) {
        if (count > MOST) {
            throw new FlowerException("RECORD_MALFORMED", "a record has " + count + " values, the most is " + MOST);
        }
    }

    private static void put(Map<String, Value> values, String name, Value value) {
        if (values.put(name, value) != null) {
            throw new FlowerException("RECORD_MALFORMED", "a record has two values of one name");
        }
    }

    private static FlowerException unset() {
        return new FlowerException("RECORD_MALFORMED", "a record has a name without a value");
    }

    private static Value value(MetricRecordValue wire) {
        return switch (wire.getValueCase()) {
            case DOUBLE -> new Value.Real(wire.getDouble());
            case SINT64 -> new Value.Signed(wire.getSint64());
            case UINT64 -> new Value.Unsigned(wire.getUint64());
            case DOUBLE_LIST -> new Value.Reals(wire.getDoubleList().getValsList());
            case SINT_LIST -> new Value.Signeds(wire.getSintList().getValsList());
            case UINT_LIST -> new Value.Unsigneds(wire.getUintList().getValsList());
            case VALUE_NOT_SET -> throw unset();
        };
    }

    private static Value value(ConfigRecordValue wire) {
        return switch (wire.getValueCase()) {
            case DOUBLE -> new Value.Real(wire.getDouble());
            case SINT64 -> new Value.Signed(wire.getSint64());
            case UINT64 -> new Value.Unsigned(wire.getUint64());
            case BOOL -> new Value.Truth(wire.getBool());
            case STRING -> new Value.Text(wire.getString());
            case BYTES -> new Value.Bytes(wire.getBytes());
            case DOUBLE_LIST -> new Value.Reals(wire.getDoubleList().getValsList());
            case SINT_LIST -> new Value.Signeds(wire.getSintList().getValsList());
            case UINT_LIST -> new Value.Unsigneds(wire.getUintList().getValsList());
            case BOOL_LIST -> new Value.Truths(wire.getBoolList().getValsList());
            case STRING_LIST -> new Value.Texts(wire.getStringList().getValsList());
            case BYTES_LIST -> new Value.ManyBytes(wire.getBytesList().getValsList());
            case VALUE_NOT_SET -> throw unset();
        };
    }

    private static MetricRecordValue metric(String name, Value value) {
        MetricRecordValue.Builder wire = MetricRecordValue.newBuilder();
        if (value instanceof Value.Real v) {
            wire.setDouble(v.value());
        } else if (value instanceof Value.Signed v) {
            wire.setSint64(v.value());
        } else if (value instanceof Value.Unsigned v) {
            wire.setUint64(v.value());
        } else if (value instanceof Value.Reals v) {
            wire.setDoubleList(DoubleList.newBuilder().addAllVals(v.values()));
        } else if (value instanceof Value.Signeds v) {
            wire.setSintList(SintList.newBuilder().addAllVals(v.values()));
        } else if (value instanceof Value.Unsigneds v) {
            wire.setUintList(UintList.newBuilder().addAllVals(v.values()));
        } else {
            throw new FlowerException("RECORD_MALFORMED", "a metric record carries numbers only; refused: " + name);
        }
        return wire.build();
    }

    private static ConfigRecordValue config(Value value) {
        ConfigRecordValue.Builder wire = ConfigRecordValue.newBuilder();
        if (value instanceof Value.Real v) {
            wire.setDouble(v.value());
        } else if (value instanceof Value.Signed v) {
            wire.setSint64(v.value());
        } else if (value instanceof Value.Unsigned v) {
            wire.setUint64(v.value());
        } else if (value instanceof Value.Truth v) {
            wire.setBool(v.value());
        } else if (value instanceof Value.Text v) {
            wire.setString(v.value());
        } else if (value instanceof Value.Bytes v) {
            wire.setBytes(v.value());
        } else if (value instanceof Value.Reals v) {
            wire.setDoubleList(DoubleList.newBuilder().addAllVals(v.values()));
        } else if (value instanceof Value.Signeds v) {
            wire.setSintList(SintList.newBuilder().addAllVals(v.values()));
        } else if (value instanceof Value.Unsigneds v) {
            wire.setUintList(UintList.newBuilder().addAllVals(v.values()));
        } else if (value instanceof Value.Truths v) {
            wire.setBoolList(BoolList.newBuilder().addAllVals(v.values()));
        } else if (value instanceof Value.Texts v) {
            wire.setStringList(StringList.newBuilder().addAllVals(v.values()));
        } else if (value instanceof Value.ManyBytes v) {
            wire.setBytesList(BytesList.newBuilder().addAllVals(v.values()));
        }
        return wire.build();
    }
}
