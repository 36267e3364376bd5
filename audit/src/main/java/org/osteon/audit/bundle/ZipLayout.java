package org.osteon.audit.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The one ZIP layout a bundle has (PKWARE APPNOTE 6.3): stored entries in order of name, dated 1 January 1980, no extra
 * fields, no comments, no gaps. Names, lengths and checksums determine every other byte, so a reader that builds the
 * headers anew and compares leaves no byte unchecked.
 */
final class ZipLayout {
    static final int LOCAL = 30;
    static final int MAX_ENTRIES = 60_000;
    static final long MAX_BYTES = 0xFFFF_FFFEL;
    private static final int CENTRAL = 46;
    private static final int END = 22;
    private static final short VERSION = 10;
    private static final short DATE = 0x0021;

    private ZipLayout() {}

    /** One entry: name, contents' length and checksum, and where its local header begins. */
    record Entry(String name, long length, int crc, long offset) {
        /** Where the contents begin. */
        long data() {
            return offset + LOCAL + name.length();
        }
    }

    /** Refuses a name that could leave the folder it is unpacked into, or that is not plain. */
    static boolean plainName(String name) {
        return name.length() <= 200 && name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    }

    static byte[] localHeader(Entry entry) {
        ByteBuffer out = buffer(LOCAL + entry.name().length());
        out.putInt(0x04034b50).putShort(VERSION);
        common(out, entry);
        return out.put(ascii(entry.name())).array();
    }

    /** Central directory and end record; {@code at} is where they begin. */
    static byte[] directory(List<Entry> entries, long at) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Entry entry : entries) {
            ByteBuffer one = buffer(CENTRAL + entry.name().length());
            one.putInt(0x02014b50).putShort(VERSION).putShort(VERSION);
            common(one, entry);
            one.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
            out.writeBytes(
                    one.putInt((int) entry.offset()).put(ascii(entry.name())).array());
        }
        ByteBuffer end = buffer(END);
        end.putInt(0x06054b50).putInt(0).putShort((short) entries.size()).putShort((short) entries.size());
        out.writeBytes(
                end.putInt(out.size()).putInt((int) at).putShort((short) 0).array());
        return out.toByteArray();
    }

    private static void common(ByteBuffer out, Entry entry) {
        out.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort(DATE);
        out.putInt(entry.crc()).putInt((int) entry.length()).putInt((int) entry.length());
        out.putShort((short) entry.name().length()).putShort((short) 0);
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
