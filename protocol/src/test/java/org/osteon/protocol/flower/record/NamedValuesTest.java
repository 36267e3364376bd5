package org.osteon.protocol.flower.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.wire.ConfigRecord;
import org.osteon.protocol.flower.wire.ConfigRecordValue;
import org.osteon.protocol.flower.wire.MetricRecord;
import org.osteon.protocol.flower.wire.MetricRecordValue;

/** Values keep kind, bits and order across the wire. */
class NamedValuesTest {

    @Property(tries = 300)
    void configRecordsComeBack(@ForAll("configs") NamedValues values) throws Exception {
        // When
        byte[] bytes = values.toConfigRecord().toByteArray();
        NamedValues read = NamedValues.of(ConfigRecord.parseFrom(bytes));

        // Then
        assertThat(new ArrayList<>(read.values().entrySet()))
                .isEqualTo(new ArrayList<>(values.values().entrySet()));
        assertThat(read.toConfigRecord().toByteArray()).isEqualTo(bytes);
    }

    @Property(tries = 300)
    void metricRecordsComeBack(@ForAll("metrics") NamedValues values) throws Exception {
        // When
        byte[] bytes = values.toMetricRecord().toByteArray();
        NamedValues read = NamedValues.of(MetricRecord.parseFrom(bytes));

        // Then
        assertThat(new ArrayList<>(read.values().entrySet()))
                .isEqualTo(new ArrayList<>(values.values().entrySet()));
        assertThat(read.toMetricRecord().toByteArray()).isEqualTo(bytes);
    }

    @Test
    void unsignedAndSignedAreNotTheSame() {
        // Given
        NamedValues values = new NamedValues(Map.of(
                "big", new Value.Unsigned(-1),
                "small", new Value.Unsigned(5),
                "signed", new Value.Signed(-1),
                "real", new Value.Real(5)));

        // When, Then
        assertThat(values.integer("big")).isEmpty();
        assertThat(values.integer("small")).hasValue(5);
        assertThat(values.integer("signed")).hasValue(-1);
        assertThat(values.integer("real")).isEmpty();
        assertThat(values.integer("absent")).isEmpty();
        assertThat(NamedValues.of(values.toMetricRecord()).values().get("big")).isEqualTo(new Value.Unsigned(-1));
    }

    @Test
    void refusesNamesTwiceValuesUnsetTooManyAndTextInMetrics() {
        MetricRecord.Item item = MetricRecord.Item.newBuilder()
                .setKey("a")
                .setValue(MetricRecordValue.newBuilder().setDouble(1))
                .build();
        MetricRecord twice =
                MetricRecord.newBuilder().addItems(item).addItems(item).build();
        ConfigRecord unset = ConfigRecord.newBuilder()
                .addItems(ConfigRecord.Item.newBuilder().setKey("a").setValue(ConfigRecordValue.getDefaultInstance()))
                .build();
        MetricRecord.Builder many = MetricRecord.newBuilder();
        for (int i = 0; i <= 10_000; i++) {
            many.addItems(item.toBuilder().setKey("n" + i));
        }
        assertThatThrownBy(() -> NamedValues.of(twice)).isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> NamedValues.of(unset)).isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> NamedValues.of(many.build())).isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> new NamedValues(Map.of("t", new Value.Text("x"))).toMetricRecord())
                .isInstanceOf(FlowerException.class)
                .hasMessageContaining("numbers only");
    }

    @Provide
    Arbitrary<NamedValues> configs() {
        return named(Arbitraries.oneOf(
                number(),
                Arbitraries.of(true, false).map(Value.Truth::new),
                Arbitraries.strings().alpha().map(Value.Text::new),
                bytes().map(Value.Bytes::new),
                Arbitraries.of(true, false).list().ofMaxSize(3).map(Value.Truths::new),
                Arbitraries.strings().alpha().list().ofMaxSize(3).map(Value.Texts::new),
                bytes().list().ofMaxSize(3).map(Value.ManyBytes::new)));
    }

    @Provide
    Arbitrary<NamedValues> metrics() {
        return named(number());
    }

    private static Arbitrary<Value> number() {
        Arbitrary<Double> doubles =
                Arbitraries.longs().map(Double::longBitsToDouble).filter(d -> !Double.isNaN(d));
        return Arbitraries.oneOf(
                doubles.map(Value.Real::new),
                Arbitraries.longs().map(Value.Signed::new),
                Arbitraries.longs().map(Value.Unsigned::new),
                doubles.list().ofMaxSize(3).map(Value.Reals::new),
                Arbitraries.longs().list().ofMaxSize(3).map(Value.Signeds::new),
                Arbitraries.longs().list().ofMaxSize(3).map(Value.Unsigneds::new));
    }

    private static Arbitrary<ByteString> bytes() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(5).map(ByteString::copyFrom);
    }

    private static Arbitrary<NamedValues> named(Arbitrary<Value> values) {
        Arbitrary<Map.Entry<String, Value>> entry = Combinators.combine(
                        Arbitraries.strings().withCharRange('\u0020', '\u9fff').ofMaxLength(5), values)
                .as(Map::entry);
        return entry.list().ofMaxSize(6).map(NamedValuesTest::ordered);
    }

    private static NamedValues ordered(List<Map.Entry<String, Value>> entries) {
        Map<String, Value> ordered = new LinkedHashMap<>();
        entries.forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
        return new NamedValues(ordered);
    }
}
