package org.osteon.coordinator.registry;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.ModelVersion;

/**
 * How far one model version is from another, array by array. Elements are read in file order and summed in double,
 * whatever their type; nothing is held but a buffer.
 */
public final class ModelDifference {
    private static final int BUFFER = 1 << 16;

    private ModelDifference() {}

    /**
     * One array in both versions. Norms are Euclidean.
     *
     * @param comparable whether both have it, in one shape and type; where not, distance and largest are 0
     * @param before norm in the first, 0 where it has none
     * @param after norm in the second, 0 where it has none
     * @param distance norm of the difference
     * @param largest the largest absolute difference of an element
     */
    public record Tensor(
            String name,
            String dtype,
            List<Integer> shape,
            boolean comparable,
            double before,
            double after,
            double distance,
            double largest) {
        /** Takes a copy. */
        public Tensor {
            shape = List.copyOf(shape);
        }
    }

    /** A place of an array in a version's file. */
    private record Place(ArraySpec spec, long offset) {}

    /** Every array of the two, in the first's order, then what only the second has. */
    public static List<Tensor> between(ModelVersion before, Path beforeFile, ModelVersion after, Path afterFile) {
        Map<String, Place> old = places(before);
        Map<String, Place> now = places(after);
        List<Tensor> tensors = new ArrayList<>();
        try (FileChannel oldFile = FileChannel.open(beforeFile, StandardOpenOption.READ);
                FileChannel nowFile = FileChannel.open(afterFile, StandardOpenOption.READ)) {
            for (Place place : old.values()) {
                Place other = now.remove(place.spec().name());
                tensors.add(
                        other != null
                                        && other.spec()
                                                .shape()
                                                .equals(place.spec().shape())
                                        && other.spec()
                                                .dtype()
                                                .equals(place.spec().dtype())
                                ? both(oldFile, place, nowFile, other)
                                : apart(place.spec(), norm(oldFile, place), other == null ? 0 : norm(nowFile, other)));
            }
            for (Place place : now.values()) {
                tensors.add(apart(place.spec(), 0, norm(nowFile, place)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tensors;
    }

    /** The norm over arrays of these norms. */
    public static double whole(List<Double> norms) {
        return Math.sqrt(norms.stream().mapToDouble(norm -> norm * norm).sum());
    }

    private static Map<String, Place> places(ModelVersion version) {
        Map<String, Place> places = new LinkedHashMap<>();
        long offset = 0;
        for (ArraySpec spec : version.specs()) {
            places.put(spec.name(), new Place(spec, offset));
            offset += spec.bytes();
        }
        return places;
    }

    private static Tensor apart(ArraySpec spec, double before, double after) {
        return new Tensor(spec.name(), spec.dtype(), spec.shape(), false, before, after, 0, 0);
    }

    private static double norm(FileChannel file, Place place) throws IOException {
        Values values = new Values(file, place);
        double sum = 0;
        while (values.more()) {
            double value = values.next();
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static Tensor both(FileChannel oldFile, Place old, FileChannel nowFile, Place now) throws IOException {
        Values was = new Values(oldFile, old);
        Values is = new Values(nowFile, now);
        double before = 0;
        double after = 0;
        double distance = 0;
        double largest = 0;
        while (was.more()) {
            double a = was.next();
            double b = is.next();
            before += a * a;
            after += b * b;
            distance += (b - a) * (b - a);
            largest = Math.max(largest, Math.abs(b - a));
        }
        ArraySpec spec = old.spec();
        return new Tensor(
                spec.name(),
                spec.dtype(),
                spec.shape(),
                true,
                Math.sqrt(before),
                Math.sqrt(after),
                Math.sqrt(distance),
                largest);
    }

    /** An array's elements as double, one after the other. */
    private static final class Values {
        private final FileChannel file;
        private final ArraySpec spec;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        private long at;
        private long left;

        Values(FileChannel file, Place place) {
            this.file = file;
            this.spec = place.spec();
            this.at = place.offset();
            this.left = place.spec().bytes();
            buffer.limit(0);
        }

        boolean more() {
            return left > 0 || buffer.hasRemaining();
        }

        double next() throws IOException {
            if (!buffer.hasRemaining()) {
                buffer.clear().limit((int) Math.min(BUFFER, left));
                while (buffer.hasRemaining()) {
                    int read = file.read(buffer, at);
                    if (read < 0) {
                        throw new EOFException("a model's arrays end early");
                    }
                    at += read;
                    left -= read;
                }
                buffer.flip();
            }
            return switch (spec.dtype()) {
                case "float32" -> buffer.getFloat();
                case "float64" -> buffer.getDouble();
                default -> buffer.getLong();
            };
        }
    }
}
