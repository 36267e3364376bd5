package org.osteon.coordinator.aggregation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a strategy kept for each element: a file of float64 by name, or its start where there is none yet. */
final class KeptFiles implements AutoCloseable {
    private final List<FileChannel> channels = new ArrayList<>();
    private final double[] starts;
    private final double[][] values;
    private final ByteBuffer buffer;

    /**
     * The numbers a step needs.
     *
     * @param files by name, all of them or none
     * @param length the most elements that are read at a time
     */
    KeptFiles(Map<String, Path> files, Optional<ServerStep> step, int length) {
        List<String> names = step.map(ServerStep::state).orElse(List.of());
        starts = names.stream()
                .mapToDouble(name -> step.orElseThrow().start(name))
                .toArray();
        values = new double[names.size()][length];
        buffer = ByteBuffer.allocate(length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try {
            for (String name : names) {
                if (!files.isEmpty()) {
                    channels.add(FileChannel.open(files.get(name), StandardOpenOption.READ));
                }
            }
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    /** The numbers of these elements, by name; may be written by the caller. */
    double[][] read(long first, int count) throws IOException {
        for (int i = 0; i < values.length; i++) {
            if (channels.isEmpty()) {
                Arrays.fill(values[i], 0, count, starts[i]);
            } else {
                buffer.clear().limit(count * Double.BYTES);
                Combine.readFully(channels.get(i), buffer, first * Double.BYTES);
                buffer.flip().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values[i], 0, count);
            }
        }
        return values;
    }

    @Override
    public void close() {
        channels.forEach(Combine::closeQuietly);
    }
}
