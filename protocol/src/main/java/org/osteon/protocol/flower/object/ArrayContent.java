package org.osteon.protocol.flower.object;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.flower.NumpyFormat;

/**
 * One array's npy bytes, cut in chunks, whose payload may lie in a file; nothing larger than a chunk is in memory.
 *
 * @param spec name, dtype and shape
 * @param file file with raw little-endian payloads
 * @param offset where this array's payload begins
 * @param chunkBytes the length of each chunk but the last, at most {@link FlowerObjects#CHUNK_BYTES}
 */
public record ArrayContent(ArraySpec spec, Path file, long offset, int chunkBytes) {

    /** Requires a chunk that every party takes. */
    public ArrayContent {
        if (chunkBytes < 1 || chunkBytes > FlowerObjects.CHUNK_BYTES) {
            throw new IllegalArgumentException(
                    "a chunk has 1 to " + FlowerObjects.CHUNK_BYTES + " bytes: " + chunkBytes);
        }
    }

    /** The arrays of a file that holds their payloads one after the other, in Flower's chunks. */
    public static List<ArrayContent> of(List<ArraySpec> specs, Path file) {
        return of(specs, file, FlowerObjects.CHUNK_BYTES);
    }

    /** The arrays of a file that holds their payloads one after the other, in chunks of this length. */
    public static List<ArrayContent> of(List<ArraySpec> specs, Path file, int chunkBytes) {
        List<ArrayContent> contents = new ArrayList<>();
        long offset = 0;
        for (ArraySpec spec : specs) {
            contents.add(new ArrayContent(spec, file, offset, chunkBytes));
            offset += spec.bytes();
        }
        return contents;
    }

    /** Bytes of header and payload. */
    public long bytes() {
        return header().length + spec.bytes();
    }

    /** Number of chunks. */
    public int chunks() {
        return (int) Math.max(1, (bytes() + chunkBytes - 1) / chunkBytes);
    }

    /** One chunk as an object. */
    public FlowerObject chunk(int index) {
        long from = (long) index * chunkBytes;
        int length = (int) Math.min(chunkBytes, bytes() - from);
        ByteBuffer out = ByteBuffer.allocate(length);
        byte[] header = header();
        if (from < header.length) {
            out.put(header, (int) from, (int) Math.min(header.length - from, length));
        }
        long position = offset + Math.max(0, from - header.length);
        try (FileChannel channel = FileChannel.open(file)) {
            while (out.hasRemaining()) {
                int read = channel.read(out, position);
                if (read < 0) {
                    throw new IOException("the update file is shorter than its arrays");
                }
                position += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return FlowerObjects.chunk(out.array());
    }

    private byte[] header() {
        return NumpyFormat.headerBytes(spec.dtype(), spec.shape());
    }
}
