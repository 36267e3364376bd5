package org.osteon.adapters.dicom;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A part of a byte array, not copied; offsets count from its start. */
final class ByteRange {
    private final byte[] array;
    private final int from;
    private final int length;

    ByteRange(byte[] array, int from, int length) {
        if (from < 0 || length < 0 || from > array.length - length) {
            throw new DicomException(DicomCode.TRUNCATED, "range " + from + "+" + length + " of " + array.length);
        }
        this.array = array;
        this.from = from;
        this.length = length;
    }

    static ByteRange ofAscii(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return new ByteRange(bytes, 0, bytes.length);
    }

    int length() {
        return length;
    }

    int u8(int offset) {
        if (offset < 0 || offset >= length) {
            throw new DicomException(DicomCode.TRUNCATED, "byte " + offset + " of " + length);
        }
        return array[from + offset] & 0xFF;
    }

    int u16(int offset) {
        return u8(offset) | u8(offset + 1) << 8;
    }

    /** Each byte one character; for the VRs whose repertoire is ASCII. */
    String ascii() {
        return new String(array, from, length, StandardCharsets.ISO_8859_1);
    }

    byte[] copy() {
        return Arrays.copyOfRange(array, from, from + length);
    }

    Cursor cursor() {
        return new Cursor(array, from, from + length);
    }
}
