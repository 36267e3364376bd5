package org.osteon.audit.log;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The file form of up to 256 entries (C2SP tlog-tiles): two bytes of big-endian length before each. */
final class EntryBundle {
    /** Most bytes a bundle can have. */
    static final long MAX_BYTES = (long) TilePath.WIDTH * (TileLog.MAX_ENTRY + 2);

    private EntryBundle() {}

    static byte[] bytes(List<byte[]> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] entry : entries) {
            out.write(entry.length >> 8);
            out.write(entry.length);
            out.writeBytes(entry);
        }
        return out.toByteArray();
    }

    /** The entries; there must be exactly {@code width} and nothing after them. */
    static List<byte[]> parse(String name, byte[] bytes, int width) {
        List<byte[]> entries = new ArrayList<>(width);
        int at = 0;
        while (at < bytes.length && entries.size() <= width) {
            if (at + 2 > bytes.length) {
                throw new LogException("TILE_MALFORMED", name + " ends in a length");
            }
            int length = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
            if (at + 2 + length > bytes.length) {
                throw new LogException("TILE_MALFORMED", name + " ends in an entry");
            }
            entries.add(Arrays.copyOfRange(bytes, at + 2, at + 2 + length));
            at += 2 + length;
        }
        if (entries.size() != width) {
            throw new LogException("TILE_MALFORMED", name + " does not hold " + width + " entries");
        }
        return entries;
    }
}
