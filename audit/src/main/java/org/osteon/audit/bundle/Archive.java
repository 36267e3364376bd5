package org.osteon.audit.bundle;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osteon.audit.bundle.ZipLayout.Entry;
import org.osteon.protocol.document.Digest;

/** A bundle's container: written in one layout, and refused when read in any other. */
final class Archive implements Closeable {
    private final FileChannel channel;
    private final SortedMap<String, Entry> entries;

    private Archive(FileChannel channel, SortedMap<String, Entry> entries) {
        this.channel = channel;
        this.entries = entries;
    }

    /** Writes the parts in order of name to a new file. */
    static void write(Path file, SortedMap<String, Part> parts) throws IOException {
        if (parts.size() > ZipLayout.MAX_ENTRIES) {
            throw new BundleException("BUNDLE_TOO_LARGE", parts.size() + " files");
        }
        List<Entry> entries = new ArrayList<>();
        long at = 0;
        try (OutputStream out =
                new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16)) {
            for (Map.Entry<String, Part> part : parts.entrySet()) {
                if (!ZipLayout.plainName(part.getKey())) {
                    throw new BundleException("FILE_NAME", part.getKey());
                }
                Part.Sums sums = part.getValue().sums();
                Entry entry = new Entry(part.getKey(), sums.length(), sums.crc(), at);
                at = entry.data() + entry.length();
                if (at > ZipLayout.MAX_BYTES / 2) {
                    throw new BundleException("BUNDLE_TOO_LARGE", part.getKey());
                }
                out.write(ZipLayout.localHeader(entry));
                try (InputStream in = part.getValue().open()) {
                    if (in.transferTo(out) != entry.length()) {
                        throw new BundleException("FILE_CHANGED", part.getKey());
                    }
                }
                entries.add(entry);
            }
            out.write(ZipLayout.directory(entries, at));
        }
    }

    /**
     * Opens a container, comparing every byte outside the files' contents with what the layout says.
     *
     * @throws BundleException with code {@code CONTAINER_MALFORMED} or {@code FILE_NAME}
     */
    static Archive open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new Archive(channel, entries(channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static SortedMap<String, Entry> entries(FileChannel channel) throws IOException {
        SortedMap<String, Entry> entries = new TreeMap<>();
        long end = channel.size();
        long at = 0;
        String last = "";
        while (at + ZipLayout.LOCAL <= end && entries.size() <= ZipLayout.MAX_ENTRIES) {
            ByteBuffer header =
                    ByteBuffer.wrap(bytes(channel, at, ZipLayout.LOCAL)).order(ByteOrder.LITTLE_ENDIAN);
            if (header.getInt(0) != 0x04034b50) {
                break;
            }
            int nameLength = Short.toUnsignedInt(header.getShort(26));
            long length = Integer.toUnsignedLong(header.getInt(18));
            if (nameLength > 200 || at + ZipLayout.LOCAL + nameLength + length > end) {
                throw new BundleException("CONTAINER_MALFORMED", "entry after " + (last.isEmpty() ? "nothing" : last));
            }
            String name = new String(bytes(channel, at + ZipLayout.LOCAL, nameLength), StandardCharsets.US_ASCII);
            if (!ZipLayout.plainName(name) || name.compareTo(last) <= 0) {
                throw new BundleException("FILE_NAME", "entry after " + (last.isEmpty() ? "nothing" : last));
            }
            Entry entry = new Entry(name, length, header.getInt(14), at);
            if (!Arrays.equals(ZipLayout.localHeader(entry), bytes(channel, at, ZipLayout.LOCAL + nameLength))) {
                throw new BundleException("CONTAINER_MALFORMED", name);
            }
            entries.put(name, entry);
            last = name;
            at = entry.data() + length;
        }
        byte[] directory = ZipLayout.directory(List.copyOf(entries.values()), at);
        if (end - at != directory.length || !Arrays.equals(directory, bytes(channel, at, directory.length))) {
            throw new BundleException("CONTAINER_MALFORMED", "central directory");
        }
        return entries;
    }

    /** Names in order. */
    List<String> names() {
        return List.copyOf(entries.keySet());
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    long length(String name) {
        return entry(name).length();
    }

    /**
     * Digest of a file's contents, after comparing their checksum with the container's.
     *
     * @throws BundleException with code {@code FILE_CHECKSUM}
     */
    Digest digest(String name) {
        Entry entry = entry(name);
        try {
            Part.Sums sums = Part.Sums.of(new Window(entry.data(), entry.length()));
            if (sums.crc() != entry.crc() || sums.length() != entry.length()) {
                throw new BundleException("FILE_CHECKSUM", name);
            }
            return sums.sha256();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A file's contents.
     *
     * @throws BundleException with code {@code FILE_TOO_LARGE} or {@code FILE_MISSING}
     */
    byte[] bytes(String name, long most) {
        Entry entry = entry(name);
        if (entry.length() > most) {
            throw new BundleException("FILE_TOO_LARGE", name);
        }
        try {
            return bytes(channel, entry.data(), (int) entry.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A stream of a file's contents. */
    InputStream open(String name) {
        Entry entry = entry(name);
        return new Window(entry.data(), entry.length());
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new BundleException("FILE_MISSING", name);
        }
        return entry;
    }

    private static byte[] bytes(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new BundleException("CONTAINER_MALFORMED", "end of file");
            }
        }
        return buffer.array();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** A part of the file as a stream. */
    private final class Window extends InputStream {
        private long at;
        private final long end;

        Window(long at, long length) {
            this.at = at;
            this.end = at + length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (at >= end) {
                return -1;
            }
            int n = channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, end - at)), at);
            at += Math.max(n, 0);
            return n;
        }
    }
}
