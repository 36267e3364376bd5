package org.osteon.adapters.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * One file of the input. Its name may identify a person, so outputs know it by its ordinal only.
 *
 * @param ordinal position, from 1, among all files of the input sorted by path
 * @param path where it lies
 * @param regular false for links and special files, which are not opened
 */
public record SourceFile(int ordinal, Path path, boolean regular) {
    private static final int BUFFER = 1 << 16;

    /** All files at or below a path, sorted by relative path; links are listed and not followed. */
    public static List<SourceFile> below(Path input) throws IOException {
        List<Path> paths = new ArrayList<>();
        List<Path> special = new ArrayList<>();
        Path root = Files.isSymbolicLink(input) ? input.toRealPath() : input;
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                paths.add(file);
                if (!attributes.isRegularFile()) {
                    special.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                paths.add(file);
                special.add(file);
                return FileVisitResult.CONTINUE;
            }
        });
        paths.sort(Comparator.comparing(path -> root.relativize(path).toString()));
        List<SourceFile> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(new SourceFile(files.size() + 1, path, !special.contains(path)));
        }
        return files;
    }

    /** Whether the name is one of a text of lines, so that an empty file is a text without any. */
    public boolean namedAsLines() {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.matches(".*\\.(ndjson|jsonl|csv|tsv|txt)(\\.gz)?");
    }

    /**
     * The content, decompressed where it is gzip (RFC 1952).
     *
     * @param limit most bytes after decompression; reading more throws
     */
    public InputStream open(long limit) throws IOException {
        BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(path), BUFFER);
        try {
            raw.mark(2);
            boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            InputStream plain = gzip ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER) : raw;
            return new LimitedStream(plain, limit);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /** The ordinal; the name is not shown. */
    @Override
    public String toString() {
        return "SourceFile[" + ordinal + "]";
    }
}
