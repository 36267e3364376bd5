package org.osteon.audit.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The heads of one log that others cosigned, a file for each size. */
final class CosignedHeads {
    private final Path folder;

    CosignedHeads(Path folder) {
        this.folder = folder;
    }

    void keep(Checkpoint head) {
        DurableFile.write(folder.resolve(Long.toString(head.size())), head.bytes());
    }

    Optional<Checkpoint> at(long size) {
        return LogFiles.in(folder)
                .read(Long.toString(size), LogReader.MAX_CHECKPOINT)
                .map(Checkpoint::parse);
    }

    List<Checkpoint> all() {
        return sizes().stream().map(size -> at(size).orElseThrow()).toList();
    }

    long largest() {
        List<Long> sizes = sizes();
        return sizes.isEmpty() ? 0 : sizes.get(sizes.size() - 1);
    }

    private List<Long> sizes() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.matches("0|[1-9][0-9]{0,17}"))
                    .map(Long::valueOf)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
