package org.osteon.protocol.flower.object;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** One chunk, whose values stay in the file. */
    public EncodedObject chunk(int index) {
        long from = (long) index * chunkBytes;
        int length = (int) Math.min(chunkBytes, bytes() - from);
        byte[] header = header();
        int begin = (int) Math.min(from, header.length);
        byte[] npy = Arrays.copyOfRange(header, begin, Math.max(begin, (int) Math.min(from + length, header.length)));
        return EncodedObject.chunk(npy, file, offset + Math.max(0, from - header.length), length - npy.length);
    }

    private byte[] header() {
        return NumpyFormat.headerBytes(spec.dtype(), spec.shape());
    }
}
