package org.osteon.adapters.dicom.phantom;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * Writes data elements in little endian, explicit or implicit VR (PS3.5 section 7.1); the caller keeps tags ascending.
 */
public final class ElementWriter {
    private static final Set<String> LONG_FORM =
            Set.of("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV");
    private static final long UNDEFINED = 0xFFFFFFFFL;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean explicit;
    private final Charset charset;

    /** An empty data set; text is written in {@code charset}. */
    public ElementWriter(boolean explicit, Charset charset) {
        this.explicit = explicit;
        this.charset = charset;
    }

    /** A text element, padded to even length (PS3.5 section 6.2). */
    public ElementWriter text(int tag, String vr, String value) {
        byte[] bytes = value.getBytes(charset);
        byte[] even = Arrays.copyOf(bytes, bytes.length + bytes.length % 2);
        if (even.length > bytes.length) {
            even[bytes.length] = (byte) (vr.equals("UI") ? 0 : ' ');
        }
        return bytes(tag, vr, even);
    }

    /** One unsigned 16-bit value. */
    public ElementWriter unsignedShort(int tag, int value) {
        return bytes(tag, "US", new byte[] {(byte) value, (byte) (value >> 8)});
    }

    /** A value as it is. */
    public ElementWriter bytes(int tag, String vr, byte[] value) {
        head(tag, vr, value.length);
        out.writeBytes(value);
        return this;
    }

    /** A sequence; lengths defined, or undefined with delimiters (PS3.5 section 7.5). */
    public ElementWriter sequence(int tag, boolean definedLength, ElementWriter... items) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (ElementWriter item : items) {
            byte[] content = item.toBytes();
            tag(body, 0xFFFEE000);
            number(body, definedLength ? content.length : UNDEFINED, 4);
            body.writeBytes(content);
            if (!definedLength) {
                tag(body, 0xFFFEE00D);
                number(body, 0, 4);
            }
        }
        head(tag, "SQ", definedLength ? body.size() : UNDEFINED);
        out.writeBytes(body.toByteArray());
        if (!definedLength) {
            tag(out, 0xFFFEE0DD);
            number(out, 0, 4);
        }
        return this;
    }

    /** What was written so far. */
    public byte[] toBytes() {
        return out.toByteArray();
    }

    /** A Part 10 file around this data set (PS3.10 section 7.1). */
    public byte[] toFile(String sopClass, String instanceUid) {
        ElementWriter meta = new ElementWriter(true, StandardCharsets.US_ASCII)
                .bytes(0x00020001, "OB", new byte[] {0, 1})
                .text(0x00020002, "UI", sopClass)
                .text(0x00020003, "UI", instanceUid)
                .text(0x00020010, "UI", explicit ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2")
                .text(0x00020012, "UI", "2.25.192837465564738291");
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[128]);
        file.writeBytes("DICM".getBytes(StandardCharsets.US_ASCII));
        byte[] group = meta.toBytes();
        ByteArrayOutputStream length = new ByteArrayOutputStream();
        number(length, group.length, 4);
        file.writeBytes(new ElementWriter(true, StandardCharsets.US_ASCII)
                .bytes(0x00020000, "UL", length.toByteArray())
                .toBytes());
        file.writeBytes(group);
        file.writeBytes(toBytes());
        return file.toByteArray();
    }

    private void head(int tag, String vr, long length) {
        tag(out, tag);
        if (!explicit) {
            number(out, length, 4);
            return;
        }
        out.writeBytes(vr.getBytes(StandardCharsets.US_ASCII));
        if (LONG_FORM.contains(vr)) {
            number(out, 0, 2);
            number(out, length, 4);
        } else if (length > 0xFFFF) {
            throw new IllegalArgumentException("a value of VR " + vr + " has at most 65535 bytes, had " + length);
        } else {
            number(out, length, 2);
        }
    }

    private static void tag(ByteArrayOutputStream to, int tag) {
        number(to, tag >>> 16, 2);
        number(to, tag & 0xFFFF, 2);
    }

    private static void number(ByteArrayOutputStream to, long value, int width) {
        for (int i = 0; i < width; i++) {
            to.write((int) (value >>> 8 * i));
        }
    }
}
