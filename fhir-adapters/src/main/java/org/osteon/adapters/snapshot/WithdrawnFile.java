package org.osteon.adapters.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeSet;

/**
 * The file {@code withdrawn} in a site's folder: the pseudonyms of the patients whom a mapping leaves out, one a line
 * in ascending order, readable by its owner alone.
 */
public final class WithdrawnFile {
    private static final String NAME = "withdrawn";

    private WithdrawnFile() {}

    /**
     * The pseudonyms in a site's folder; none where the file is not there.
     *
     * @throws IOException also for a file that is not such a list: it must not look like one without patients
     */
    public static Set<String> read(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return Set.of();
        }
        Set<String> patients = new TreeSet<>(Files.readAllLines(file));
        if (!patients.stream().allMatch(patient -> patient.matches("[0-9a-f]{32}"))) {
            throw new IOException("the file of withdrawn patients is damaged; starting the site's agent mends it");
        }
        return patients;
    }

    /** Replaces the file in one step; it is on disk when this returns. */
    public static void write(Path folder, Set<String> patients) throws IOException {
        StringBuilder text = new StringBuilder();
        new TreeSet<>(patients).forEach(patient -> text.append(patient).append('\n'));
        Path draft = folder.resolve("." + NAME + ".part");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(draft, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
