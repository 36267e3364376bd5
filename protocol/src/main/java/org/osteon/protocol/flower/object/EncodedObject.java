package org.osteon.protocol.flower.object;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.Digest;

/**
 * An object as it goes over the wire: bytes at hand, and after them the values that stay in a file until they are sent.
 */
public final class EncodedObject {
    private static final int PIECE = 64 * 1024;

    private final byte[] head;
    private final @Nullable Path file;
    private final long from;
    private final int values;

    private EncodedObject(byte[] head, @Nullable Path file, long from, int values) {
        this.head = head;
        this.file = file;
        this.from = from;
        this.values = values;
    }

    /** An object in memory. */
    static EncodedObject of(FlowerObject object) {
        return new EncodedObject(object.encoded(), null, 0, 0);
    }

    /**
     * A chunk whose values lie in a file.
     *
     * @param npy the bytes of the npy header that lie in this chunk
     * @param file the file
     * @param from where in it the values begin
     * @param values how many bytes of it belong to the chunk
     */
    static EncodedObject chunk(byte[] npy, Path file, long from, int values) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(FlowerObject.header(FlowerObjects.CHUNK, List.of(), (long) npy.length + values));
        head.writeBytes(npy);
        return new EncodedObject(head.toByteArray(), file, from, values);
    }

    /** How many bytes it has. */
    public int size() {
        return head.length + values;
    }

    /** The identity: SHA-256 of all its bytes. */
    public String id() {
        var sha = Digest.sha256();
        sha.update(head);
        try {
            values((bytes, length) -> sha.update(bytes, 0, length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Digest.ofRaw(sha.digest()).hex();
    }

    /** Writes all its bytes, a piece at a time. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(head);
        values((bytes, length) -> out.write(bytes, 0, length));
    }

    /** All its bytes, to be read once and closed. */
    public InputStream open() throws IOException {
        InputStream begin = new ByteArrayInputStream(head);
        return file == null ? begin : new SequenceInputStream(begin, new Values(FileChannel.open(file), from, values));
    }

    /** Throws {@link UncheckedIOException} when the file with its values is not there or shorter than it was. */
    public void requireThere() {
        try {
            if (file != null && Files.size(file) < from + values) {
                throw shorter();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All its bytes in memory. */
    public byte[] bytes() {
        byte[] all = new byte[size()];
        try (InputStream in = open()) {
            if (in.readNBytes(all, 0, all.length) < all.length) {
                throw shorter();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** The object itself, in memory. */
    FlowerObject decoded() {
        return FlowerObject.decode(bytes());
    }

    /** Is told pieces in their order. */
    @FunctionalInterface
    private interface Pieces {
        void piece(byte[] bytes, int length) throws IOException;
    }

    private void values(Pieces pieces) throws IOException {
        if (file == null) {
            return;
        }
        byte[] piece = new byte[Math.min(PIECE, Math.max(1, values))];
        try (InputStream in = new Values(FileChannel.open(file), from, values)) {
            int read = in.read(piece, 0, piece.length);
            while (read > 0) {
                pieces.piece(piece, read);
                read = in.read(piece, 0, piece.length);
            }
        }
    }

    private static EOFException shorter() {
        return new EOFException("the update file is shorter than its arrays");
    }

    /** A part of a file; that it is not all there is an error, not an end. */
    private static final class Values extends InputStream {
        private final FileChannel channel;
        private long at;
        private int left;

        Values(FileChannel channel, long from, int length) {
            this.channel = channel;
            this.at = from;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int read = channel.read(ByteBuffer.wrap(bytes, offset, Math.min(length, Math.min(left, PIECE))), at);
            if (read < 0) {
                throw shorter();
            }
            at += read;
            left -= read;
            return read;
        }

        @Override
        public int available() {
            return left;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
