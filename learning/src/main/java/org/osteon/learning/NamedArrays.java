package org.osteon.learning;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osteon.protocol.document.ArraySpec;

/**
 * Arrays in a fixed order, each with name, dtype and shape; values are held as doubles that the dtype can represent
 * exactly ({@code float32} is rounded on the way in). Immutable.
 */
public final class NamedArrays {
    private final List<ArraySpec> specs;
    private final List<double[]> values;

    private NamedArrays(List<ArraySpec> specs, List<double[]> values) {
        this.specs = specs;
        this.values = values;
    }

    /**
     * Arrays from their values, one after the other in the order of the specs, each in C order.
     *
     * @throws LearningException {@code ARRAYS_MISMATCH} when the number of values is not the specs' sum, a dtype is
     *     {@code int64}, or a name comes twice
     */
    public static NamedArrays of(List<ArraySpec> specs, double[] flat) {
        require(specs.stream().map(ArraySpec::name).distinct().count() == specs.size(), "an array name comes twice");
        long elements = specs.stream().mapToLong(ArraySpec::elements).sum();
        require(elements == flat.length, flat.length + " values for arrays of " + elements);
        List<double[]> values = new ArrayList<>();
        int offset = 0;
        for (ArraySpec spec : specs) {
            require(
                    !"int64".equals(spec.dtype()),
                    "array " + spec.name() + " is int64, float32 or float64 is expected");
            double[] part = Arrays.copyOfRange(flat, offset, offset + (int) spec.elements());
            if ("float32".equals(spec.dtype())) {
                for (int i = 0; i < part.length; i++) {
                    part[i] = (float) part[i];
                }
            }
            values.add(part);
            offset += part.length;
        }
        return new NamedArrays(List.copyOf(specs), List.copyOf(values));
    }

    /** Arrays of zeros. */
    public static NamedArrays zeros(List<ArraySpec> specs) {
        return of(
                specs,
                new double
                        [Math.toIntExact(
                                specs.stream().mapToLong(ArraySpec::elements).sum())]);
    }

    /**
     * Reads raw little-endian payloads, one after the other in the order of the specs.
     *
     * @throws LearningException {@code ARRAYS_MISMATCH} when the number of bytes is not the specs' sum
     */
    public static NamedArrays ofPayload(List<ArraySpec> specs, byte[] payload) {
        long bytes = specs.stream().mapToLong(ArraySpec::bytes).sum();
        require(bytes == payload.length, payload.length + " bytes for arrays of " + bytes);
        ByteBuffer buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        double[] flat = new double
                [Math.toIntExact(specs.stream().mapToLong(ArraySpec::elements).sum())];
        int at = 0;
        for (ArraySpec spec : specs) {
            boolean single = "float32".equals(spec.dtype());
            for (long i = 0; i < spec.elements(); i++) {
                flat[at++] = single ? buffer.getFloat() : buffer.getDouble();
            }
        }
        return of(specs, flat);
    }

    /** Raw little-endian payloads, one after the other, as they are stored and sent. */
    public byte[] payload() {
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(
                        specs.stream().mapToLong(ArraySpec::bytes).sum()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int a = 0; a < specs.size(); a++) {
            boolean single = "float32".equals(specs.get(a).dtype());
            for (double value : values.get(a)) {
                if (single) {
                    buffer.putFloat((float) value);
                } else {
                    buffer.putDouble(value);
                }
            }
        }
        return buffer.array();
    }

    /** Names, dtypes and shapes in order. */
    public List<ArraySpec> specs() {
        return specs;
    }

    /** A copy of one array's values in C order; {@code ARRAYS_MISMATCH} for an unknown name. */
    public double[] get(String name) {
        for (int a = 0; a < specs.size(); a++) {
            if (specs.get(a).name().equals(name)) {
                return values.get(a).clone();
            }
        }
        throw new LearningException("ARRAYS_MISMATCH", "there is no array " + name);
    }

    /** A copy of all values, one array after the other. */
    public double[] flat() {
        return values.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /** The arrays of one scope: {@code shared} ones leave a site, {@code local} ones never do. */
    public NamedArrays scope(String scope) {
        List<ArraySpec> kept = new ArrayList<>();
        List<double[]> arrays = new ArrayList<>();
        for (int a = 0; a < specs.size(); a++) {
            if (specs.get(a).scope().equals(scope)) {
                kept.add(specs.get(a));
                arrays.add(values.get(a));
            }
        }
        return new NamedArrays(List.copyOf(kept), List.copyOf(arrays));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new LearningException("ARRAYS_MISMATCH", message);
        }
    }
}
