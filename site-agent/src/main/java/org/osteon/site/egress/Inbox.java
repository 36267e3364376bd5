package org.osteon.site.egress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.ObjectTree;
import org.osteon.protocol.flower.wire.PullMessagesResponse;

/**
 * Messages on their way in, each with its objects in a folder of its own, from the moment a server handed it out until
 * its answer is there. What has to outlive a crash is on disk before the server is told that it came.
 */
final class Inbox {
    private static final String ANNOUNCED = "announced";
    private static final String CONFIRMED = "confirmed";

    private final Path folder;

    Inbox(Path folder) {
        this.folder = folder;
    }

    /**
     * A message that was handed out.
     *
     * @param folder where its objects are kept, each under its id
     * @param message as announced
     * @param tree its objects
     */
    record Taken(Path folder, Message message, ObjectTree tree) {}

    /**
     * A place for a message whose announcement is valid; the announcement is kept there where it must outlive a crash.
     */
    Taken take(Message message, ObjectTree tree, boolean lasting) {
        Path place = folder.resolve(message.getMetadata().getMessageId());
        try {
            Files.createDirectories(place);
            if (lasting) {
                Path partial = place.resolve(ANNOUNCED + ".part");
                Files.write(
                        partial,
                        PullMessagesResponse.newBuilder()
                                .addMessagesList(message)
                                .addMessageObjectTrees(tree)
                                .build()
                                .toByteArray());
                force(partial);
                Files.move(partial, place.resolve(ANNOUNCED), StandardCopyOption.ATOMIC_MOVE);
                force(place);
                force(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Taken(place, message, tree);
    }

    /** What lasts and was not answered, oldest first. */
    List<Taken> unanswered() {
        List<Taken> all = new ArrayList<>();
        for (Path place : places()) {
            Path announced = place.resolve(ANNOUNCED);
            if (!Files.exists(announced)) {
                erase(place);
                continue;
            }
            try {
                PullMessagesResponse response = PullMessagesResponse.parseFrom(Files.readAllBytes(announced));
                all.add(new Taken(place, response.getMessagesList(0), response.getMessageObjectTrees(0)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        all.sort(Comparator.comparingDouble(
                taken -> taken.message().getMetadata().getCreatedAt()));
        return all;
    }

    /** Whether a message's object is there whole. */
    static boolean has(Path place, String id) throws IOException {
        Path file = place.resolve(id);
        return Files.exists(file) && Digest.of(Files.readAllBytes(file)).hex().equals(id);
    }

    /** Whether the server was told that it came; only then it erases its own. */
    boolean confirmed(Taken taken) {
        return Files.exists(taken.folder().resolve(CONFIRMED));
    }

    /** The server was told. */
    void confirm(Taken taken) {
        try {
            Files.write(taken.folder().resolve(CONFIRMED), new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything of it is on disk when this returns, where it must outlive a crash. */
    void sync(Taken taken, boolean lasting) {
        if (!lasting) {
            return;
        }
        try (Stream<Path> files = Files.list(taken.folder())) {
            for (Path file : files.toList()) {
                force(file);
            }
            force(taken.folder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It was answered, or nobody waits for its answer. */
    void done(Taken taken) {
        erase(taken.folder());
    }

    /** Erases what came of other messages, before a process was killed or a line was cut. */
    void clearAllBut(String messageId) {
        places().stream().filter(place -> !place.endsWith(messageId)).forEach(Inbox::erase);
    }

    private List<Path> places() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> places = Files.list(folder)) {
            return places.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void erase(Path place) {
        try (Stream<Path> files = Files.walk(place)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
