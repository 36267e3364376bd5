package org.osteon.coordinator.round;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.flower.wire.MetricRecord;
import org.osteon.protocol.flower.wire.MetricRecordValue;

/**
 * What Flower nodes answer to evaluate and query messages: metric records, kept word for word. Each value stands under
 * its type and as text, so that unsigned integers above 2^53, NaN and negative zero stay what they were.
 */
final class NodeMetrics {
    /** Longest answer of one node, bytes. */
    static final int MOST_BYTES = 64 * 1024;

    private NodeMetrics() {}

    /** One node's records, as canonical JSON. */
    static byte[] of(Map<String, MetricRecord> records) {
        Map<String, Object> all = new LinkedHashMap<>();
        records.forEach((name, record) -> {
            Map<String, Object> values = new LinkedHashMap<>();
            record.getItemsList().forEach(item -> values.put(item.getKey(), value(item.getValue())));
            all.put(name, values);
        });
        return CanonicalJson.write(all);
    }

    /** The answers of a round by site, as canonical JSON. */
    static String ofRound(List<ReplyRecord> accepted, ObjectStore objects) {
        Map<String, Object> bySite = new LinkedHashMap<>();
        for (ReplyRecord reply : accepted) {
            try {
                bySite.put(reply.site(), CanonicalJson.readTree(Files.readAllBytes(objects.file(reply.update()))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new String(CanonicalJson.write(bySite), StandardCharsets.UTF_8);
    }

    private static Map<String, Object> value(MetricRecordValue value) {
        return switch (value.getValueCase()) {
            case DOUBLE -> Map.of("double", Double.toString(value.getDouble()));
            case SINT64 -> Map.of("sint64", Long.toString(value.getSint64()));
            case UINT64 -> Map.of("uint64", Long.toUnsignedString(value.getUint64()));
            case DOUBLE_LIST -> Map.of("doubles", texts(value.getDoubleList().getValsList(), d -> Double.toString(d)));
            case SINT_LIST -> Map.of("sints", texts(value.getSintList().getValsList(), n -> Long.toString(n)));
            case UINT_LIST -> Map.of("uints", texts(value.getUintList().getValsList(), Long::toUnsignedString));
            case VALUE_NOT_SET -> Map.of();
        };
    }

    private static <T> List<String> texts(List<T> values, Function<T, String> text) {
        return values.stream().map(text).toList();
    }
}
