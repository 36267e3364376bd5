package org.osteon.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.ReadyArrays;

/**
 * What nodes answer, and the mean of it. Values are small whole numbers and the weights' sum is a power of two, so that
 * every server comes to the same bits, in whatever precision and order it adds.
 */
final class Updates {
    private static final int SMALL = 1024;
    private static final int FEW = 8;

    private static final int TILE = 256 * 1024;

    private final Path folder;
    private final int nodes;
    private final int arrays;
    private final int elements;
    private final boolean known;
    private final Map<Path, ReadyArrays> ready = new ConcurrentHashMap<>();
    private final Map<Path, Set<String>> chunks = new ConcurrentHashMap<>();

    Updates(Path folder, int nodes, int arrays, int elements, boolean known) {
        this.folder = folder;
        this.nodes = nodes;
        this.arrays = arrays;
        this.elements = elements;
        this.known = known;
    }

    /** The model's arrays. */
    List<ArraySpec> specs() {
        return IntStream.range(0, arrays)
                .mapToObj(i -> ArraySpec.shared("w" + i, "float32", elements))
                .toList();
    }

    /** A node's weight: 1, or 2 for so many nodes that the sum is a power of two. */
    long weight(int node) {
        int power = Integer.highestOneBit(nodes);
        int extra = power == nodes ? 0 : 2 * power - nodes;
        return node < extra ? 2 : 1;
    }

    /**
     * Whether a node compares the model that it gets with the right one, if that is known; of many nodes every 64th
     * does.
     */
    boolean compares(int node) {
        return known && (nodes <= 64 || node % 64 == 0);
    }

    /** Of so many different updates a node answers one: of a small model each node its own. */
    int kinds() {
        return elements > SMALL ? FEW : SMALL;
    }

    /** The file of a node's update in a round; made when it is asked for first. */
    synchronized Path update(int round, int node) throws IOException {
        Path file = folder.resolve("update-" + round + "-" + node % kinds());
        return Files.exists(file) ? file : write(file, round + node % kinds());
    }

    /** A node's update in a round as objects with their ids; made when it is asked for first. */
    ReadyArrays ready(int round, int node) throws IOException {
        return ready(update(round, node));
    }

    /** The ids of the chunks of the model that a round makes; made when they are asked for first. */
    Set<String> chunks(int round) throws IOException {
        Path file = model(round);
        return chunks.computeIfAbsent(file, unused -> {
            Set<String> ids = new HashSet<>();
            for (ArrayContent array : ArrayContent.of(specs(), file)) {
                for (int i = 0; i < array.chunks(); i++) {
                    ids.add(array.chunk(i).id());
                }
            }
            return Set.copyOf(ids);
        });
    }

    private ReadyArrays ready(Path file) {
        return ready.computeIfAbsent(file, unused -> ReadyArrays.of(ArrayContent.of(specs(), file)));
    }

    /** The file of the model that a round makes; round 0 is the one that it begins with. */
    synchronized Path model(int round) throws IOException {
        Path file = folder.resolve("model-" + round);
        if (Files.exists(file)) {
            return file;
        }
        double total = 0;
        double sum = 0;
        for (int node = 0; node < nodes; node++) {
            total += weight(node);
            sum += weight(node) * (round + node % kinds());
        }
        return round == 0 ? write(file, Double.NaN) : write(file, sum / total);
    }

    /** A pattern and something added; zeros for not a number. */
    private Path write(Path file, double added) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        ByteBuffer tile = ByteBuffer.allocateDirect(TILE).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long all = (long) arrays * elements;
            for (long i = 0; i < all; i++) {
                tile.putFloat(Double.isNaN(added) ? 0 : (float) ((i * 0x9E3779B9L >>> 16 & 0xff) + added));
                if (!tile.hasRemaining() || i + 1 == all) {
                    tile.flip();
                    while (tile.hasRemaining()) {
                        out.write(tile);
                    }
                    tile.clear();
                }
            }
        }
        return Files.move(part, file);
    }
}
