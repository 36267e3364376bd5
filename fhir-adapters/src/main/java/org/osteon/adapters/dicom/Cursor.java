package org.osteon.adapters.dicom;

/** Reads little-endian numbers forwards between two bounds; past the end it is {@link DicomCode#TRUNCATED}. */
final class Cursor {
    static final long UNDEFINED = 0xFFFFFFFFL;

    private final byte[] array;
    private final int end;
    private int at;

    Cursor(byte[] array, int from, int end) {
        this.array = array;
        this.at = from;
        this.end = end;
    }

    int at() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    int u8() {
        need(1);
        return array[at++] & 0xFF;
    }

    int u16() {
        need(2);
        int value = (array[at] & 0xFF) | (array[at + 1] & 0xFF) << 8;
        at += 2;
        return value;
    }

    long u32() {
        long low = u16();
        return low | (long) u16() << 16;
    }

    /** Group, then element (PS3.5 section 7.1). */
    int tag() {
        int group = u16();
        return group << 16 | u16();
    }

    /** The group of the next tag, without moving. */
    int peekGroup() {
        need(2);
        return (array[at] & 0xFF) | (array[at + 1] & 0xFF) << 8;
    }

    ByteRange take(long length) {
        need(length);
        ByteRange range = new ByteRange(array, at, (int) length);
        at += (int) length;
        return range;
    }

    /** A cursor over the next {@code length} bytes, which this one skips. */
    Cursor inner(long length) {
        return take(length).cursor();
    }

    private void need(long bytes) {
        if (bytes > remaining()) {
            throw new DicomException(
                    DicomCode.TRUNCATED, "at byte " + at + ": " + bytes + " bytes wanted, " + remaining() + " left");
        }
    }
}
