package org.osteon.adapters.snapshot;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.osteon.protocol.document.CanonicalJson;

/**
 * Keeps an {@link ImportRecord} current while a mapping goes on, about once a second. What cannot be written is left
 * out: an import never fails for its progress.
 */
public final class ImportProgress implements MappingProgress, AutoCloseable {
    private static final long PAUSE_MILLIS = 1000;
    private static final int KEPT = 20;
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final Clock clock;
    private ImportRecord now;
    private long before;
    private long ofSource;

    private ImportProgress(Path folder, Clock clock, ImportRecord first) {
        this.folder = folder;
        this.clock = clock;
        this.now = first;
    }

    /** An import for a site begins. */
    public static ImportProgress begin(Path site, Path snapshot, Clock clock) {
        long time = clock.millis();
        long process = ProcessHandle.current().pid();
        ImportProgress progress = new ImportProgress(
                site.resolve(ImportRecord.FOLDER),
                clock,
                new ImportRecord(
                        ID.format(clock.instant()) + "-" + process,
                        "running",
                        process,
                        time,
                        time,
                        "",
                        0,
                        snapshot.toAbsolutePath().normalize().toString(),
                        ""));
        progress.write(true);
        return progress;
    }

    @Override
    public void at(String source, long units) {
        if (!source.equals(now.source())) {
            before += ofSource;
        }
        ofSource = units;
        boolean due = clock.millis() - now.updated() >= PAUSE_MILLIS || !source.equals(now.source());
        ImportRecord next = with("running", source, before + units, "");
        if (due) {
            now = next;
            write(false);
        } else {
            now = new ImportRecord(
                    next.id(),
                    next.state(),
                    next.process(),
                    next.started(),
                    now.updated(),
                    source,
                    next.units(),
                    next.snapshot(),
                    "");
        }
    }

    /** It is done, with so many units read. */
    public void done(long units) {
        now = with("done", now.source(), units, "");
        write(true);
    }

    /** It ended without a snapshot. */
    public void failed(String code) {
        now = with("failed", now.source(), now.units(), code);
        write(true);
    }

    /** What was not said to be done has failed. */
    @Override
    public void close() {
        if ("running".equals(now.state())) {
            failed("IMPORT_BROKEN_OFF");
        }
    }

    private ImportRecord with(String state, String source, long units, String problem) {
        return new ImportRecord(
                now.id(), state, now.process(), now.started(), clock.millis(), source, units, now.snapshot(), problem);
    }

    private void write(boolean durable) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path draft = folder.resolve(now.id() + ".draft");
            Files.write(draft, CanonicalJson.write(now));
            if (durable) {
                try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                    file.force(true);
                }
            }
            Files.move(
                    draft,
                    folder.resolve(now.id() + ImportRecord.ENDING),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            if (durable) {
                clear();
            }
        } catch (IOException e) {
            // The folder may belong to another person; the mapping is what counts.
            return;
        }
    }

    private void clear() throws IOException {
        List<Path> old;
        try (Stream<Path> files = Files.list(folder)) {
            old = files.filter(file -> file.getFileName().toString().endsWith(ImportRecord.ENDING))
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString())
                            .reversed())
                    .skip(KEPT)
                    .toList();
        }
        for (Path file : old) {
            Files.deleteIfExists(file);
        }
    }
}
