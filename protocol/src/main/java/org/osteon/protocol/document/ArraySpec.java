package org.osteon.protocol.document;

import java.util.List;

/**
 * One named array of a model or of a reply.
 *
 * @param name unique within its list
 * @param dtype {@code float32}, {@code float64} or {@code int64}
 * @param shape extents in C order, empty for a scalar
 * @param scope {@code shared} leaves the site in replies, {@code local} never does
 */
public record ArraySpec(String name, String dtype, List<Integer> shape, String scope) {
    private static final long MOST_ELEMENTS = 1L << 37;

    /** A shared array. */
    public static ArraySpec shared(String name, String dtype, Integer... shape) {
        return new ArraySpec(name, dtype, List.of(shape), "shared");
    }

    /** Refuses unknown types, negative extents and more than 2^40 bytes. */
    public ArraySpec {
        shape = List.copyOf(shape);
        Require.hold(
                name.matches("[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._/-]{0,127}"),
                "NAME_MALFORMED",
                "array name is malformed");
        Require.oneOf("dtype", dtype, List.of("float32", "float64", "int64"));
        Require.oneOf("scope", scope, List.of("shared", "local"));
        Require.size("shape", shape, 0, 8);
        long elements = 1;
        for (int extent : shape) {
            Require.hold(extent >= 0, "SHAPE_MALFORMED", "shape of " + name + " has a negative extent");
            Require.hold(
                    Math.max(extent, 1) <= MOST_ELEMENTS / elements,
                    "SHAPE_MALFORMED",
                    "array " + name + " is too large");
            elements *= Math.max(extent, 1);
        }
    }

    /** The number of elements. */
    public long elements() {
        long n = 1;
        for (int extent : shape) {
            n *= extent;
        }
        return n;
    }

    /** Bytes an element takes: 4 or 8. */
    public int elementBytes() {
        return "float32".equals(dtype) ? 4 : 8;
    }

    /** Bytes of the raw little-endian payload. */
    public long bytes() {
        return elements() * elementBytes();
    }

    /** Bytes of these arrays' raw payloads, one after the other. */
    public static long bytes(List<ArraySpec> specs) {
        return specs.stream().mapToLong(ArraySpec::bytes).sum();
    }
}
