package org.osteon.coordinator.fleet;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.flower.wire.PushObjectRequest;

/**
 * A {@link PushObjectRequest} whose content goes to a file while it arrives: no more than a piece of it is in memory,
 * however large it is and however slow its line. The rest of the message is small, and kept.
 *
 * <p>The bytes are of Protocol Buffers' encoding, fields in any order. A second content, a group, or a rest above 64
 * KiB counts as malformed: no library of a node sends such a thing.
 */
final class PushedObject implements AutoCloseable {
    private static final int LONGEST_REST = 64 * 1024;
    private static final int SEPTET = 7;
    private static final int SEPTET_MASK = 0x7F;
    private static final int MORE = 0x80;
    private static final int LONGEST_VARINT = 64;

    /** What the next byte belongs to. */
    private enum Part {
        TAG,
        NUMBER,
        LENGTH,
        REST,
        CONTENT
    }

    private final Spool spool;
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private Spool.@Nullable Incoming content;
    private @Nullable IOException failure;
    private Part part = Part.TAG;
    private int tag;
    private boolean contentSeen;
    private long number;
    private int shift;
    private long left;
    private int size;

    /** A message of which nothing is there yet. */
    PushedObject(Spool spool) {
        this.spool = spool;
    }

    /**
     * Takes the next bytes. That content could not be stored is said by {@link #keep}, when it is known that it is
     * wanted.
     *
     * @throws InvalidProtocolBufferException when the bytes are not such a message's
     */
    void take(byte[] bytes, int offset, int length) throws InvalidProtocolBufferException {
        size += length;
        int end = offset + length;
        int at = offset;
        while (at < end) {
            if (part == Part.REST || part == Part.CONTENT) {
                int run = (int) Math.min(left, end - at);
                if (part == Part.REST) {
                    keepRest(bytes, at, run);
                } else {
                    store(bytes, at, run);
                }
                at += run;
                left -= run;
                if (left == 0) {
                    part = Part.TAG;
                }
            } else {
                number |= (long) (bytes[at] & SEPTET_MASK) << shift;
                shift += SEPTET;
                if ((bytes[at++] & MORE) == 0) {
                    long whole = number;
                    number = 0;
                    shift = 0;
                    next(whole);
                } else if (shift >= LONGEST_VARINT) {
                    throw malformed();
                }
            }
        }
    }

    private void next(long whole) throws InvalidProtocolBufferException {
        switch (part) {
            case TAG -> {
                if (whole != (int) whole || WireFormat.getTagFieldNumber((int) whole) == 0) {
                    throw malformed();
                }
                tag = (int) whole;
                part = switch (WireFormat.getTagWireType(tag)) {
                    case WireFormat.WIRETYPE_VARINT -> Part.NUMBER;
                    case WireFormat.WIRETYPE_LENGTH_DELIMITED -> Part.LENGTH;
                    case WireFormat.WIRETYPE_FIXED64 -> fixed(Long.BYTES);
                    case WireFormat.WIRETYPE_FIXED32 -> fixed(Integer.BYTES);
                    default -> throw malformed();
                };
            }
            case NUMBER -> {
                keepVarint(tag);
                keepVarint(whole);
                part = Part.TAG;
            }
            default -> run(whole);
        }
    }

    private Part fixed(int bytes) throws InvalidProtocolBufferException {
        keepVarint(tag);
        left = bytes;
        return Part.REST;
    }

    private void run(long length) throws InvalidProtocolBufferException {
        if (length < 0 || length > Integer.MAX_VALUE) {
            throw malformed();
        }
        boolean ofContent = WireFormat.getTagFieldNumber(tag) == PushObjectRequest.OBJECT_CONTENT_FIELD_NUMBER;
        if (ofContent) {
            if (contentSeen) {
                throw malformed();
            }
            contentSeen = true;
        } else {
            keepVarint(tag);
            keepVarint(length);
        }
        left = length;
        part = length == 0 ? Part.TAG : ofContent ? Part.CONTENT : Part.REST;
    }

    private void keepVarint(long value) throws InvalidProtocolBufferException {
        long more = value;
        while ((more & ~SEPTET_MASK) != 0) {
            rest.write((int) more & SEPTET_MASK | MORE);
            more >>>= SEPTET;
        }
        rest.write((int) more);
        bounded();
    }

    private void keepRest(byte[] bytes, int offset, int length) throws InvalidProtocolBufferException {
        rest.write(bytes, offset, length);
        bounded();
    }

    private void bounded() throws InvalidProtocolBufferException {
        if (rest.size() > LONGEST_REST) {
            throw malformed();
        }
    }

    private void store(byte[] bytes, int offset, int length) {
        if (failure != null) {
            return;
        }
        try {
            incoming().write(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
        }
    }

    private Spool.Incoming incoming() throws IOException {
        Spool.Incoming begun = content;
        if (begun == null) {
            begun = spool.incoming();
            content = begun;
        }
        return begun;
    }

    /**
     * The message without its content, of which all bytes were taken.
     *
     * @throws InvalidProtocolBufferException when they are not such a message
     */
    PushObjectRequest request() throws InvalidProtocolBufferException {
        if (part != Part.TAG || shift != 0) {
            throw malformed();
        }
        return PushObjectRequest.parseFrom(rest.toByteArray());
    }

    /** How many bytes the message has. */
    int size() {
        return size;
    }

    /** Keeps the content as the node's object of this id; false when its bytes are not the id's. */
    boolean keep(String nodeId, String objectId) {
        try {
            if (failure != null) {
                throw failure;
            }
            return incoming().keep(nodeId, objectId);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Erases content that was not kept. */
    @Override
    public void close() {
        Spool.Incoming begun = content;
        content = null;
        if (begun != null) {
            begun.close();
        }
    }

    private static InvalidProtocolBufferException malformed() {
        return new InvalidProtocolBufferException("not a PushObjectRequest");
    }
}
