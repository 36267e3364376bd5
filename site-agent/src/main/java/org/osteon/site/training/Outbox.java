package org.osteon.site.training;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.site.store.SiteStore;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Replies that are ready to leave or have left: the update's file and the row that names it. A redelivery sends the
 * same bytes.
 */
public final class Outbox {
    /** A reply's chunks are shorter than Flower's: what a cut link loses is at most one of them. */
    public static final int CHUNK_BYTES = 1024 * 1024;

    private final SiteStore store;
    private final Path folder;

    /** The outbox in this folder; files that no row names are erased, their noise was never released. */
    public Outbox(SiteStore store, Path folder) {
        this.store = store;
        this.folder = folder;
        eraseUnnamed();
    }

    /**
     * A reply on disk.
     *
     * @param instruction what it answers
     * @param reply the signed reply
     * @param metadata of the Flower message, without its id
     * @param sent whether the hub has acknowledged it
     */
    public record Row(Digest instruction, SignedDocument<Reply> reply, Metadata metadata, boolean sent) {
        /** The same reply in answer to another Flower message that brought the same instruction. */
        public Row to(Metadata other) {
            return new Row(instruction, reply, other, sent);
        }
    }

    /** Writes an update's payload; file and folder are synced when this returns. */
    public Digest keep(byte[] payload) {
        Digest digest = Digest.of(payload);
        try {
            Path partial = Files.createTempFile(folder, ".update", ".part");
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(payload);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(partial, file(digest), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return digest;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes a file of this site over as an update's payload; it and its folder are synced when this returns. */
    public Digest keep(Path payload) {
        try {
            MessageDigest sha256 = Digest.sha256();
            try (DigestInputStream in = new DigestInputStream(Files.newInputStream(payload), sha256)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            Digest digest = Digest.ofRaw(sha256.digest());
            try (FileChannel channel = FileChannel.open(payload, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(payload, file(digest), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
            return digest;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds a row in the caller's transaction. */
    static void add(JdbcClient sql, Row row) {
        sql.sql(
                        "INSERT INTO outbox(instruction, reply, envelope, update_digest, message_id, message, state) VALUES (?, ?, ?, ?, '', ?, 'ready')")
                .params(
                        row.instruction().hex(),
                        row.reply().digest().hex(),
                        new String(row.reply().bytes(), StandardCharsets.UTF_8),
                        row.reply().document().update().hex(),
                        Base64.getEncoder().encodeToString(row.metadata().toByteArray()))
                .update();
    }

    /** The reply to an instruction, if it was made. */
    public Optional<Row> find(Digest instruction) {
        return store.read(sql -> sql.sql("SELECT envelope, message, state FROM outbox WHERE instruction = ?")
                .param(instruction.hex())
                .query((row, n) -> row(instruction, row.getString(1), row.getString(2), row.getString(3)))
                .optional());
    }

    /** Every row. */
    public List<Row> all() {
        return store.read(sql -> sql.sql("SELECT instruction, envelope, message, state FROM outbox")
                .query((row, n) ->
                        row(new Digest(row.getString(1)), row.getString(2), row.getString(3), row.getString(4)))
                .list());
    }

    /** The updates of foreign runs. */
    public List<Digest> foreign() {
        return store.read(sql -> sql.sql("SELECT update_digest FROM hosted_reply")
                .query((row, n) -> new Digest(row.getString(1)))
                .list());
    }

    /** The hub has acknowledged the reply. */
    public void sent(Digest instruction) {
        store.write(sql -> sql.sql("UPDATE outbox SET state = 'sent' WHERE instruction = ?")
                .param(instruction.hex())
                .update());
    }

    /** The Flower message of a row; the same bytes whenever it is built. */
    public OutgoingMessage message(Row row) {
        return message(row, file(row.reply().document().update()));
    }

    /** The Flower message of a row whose payloads lie in this file. */
    public static OutgoingMessage message(Row row, Path update) {
        Reply reply = row.reply().document();
        return new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(reply.arrays(), update, CHUNK_BYTES))
                .metric("metrics", "num-examples", reply.weight())
                .config(Reply.RECORD, Reply.RECORD, row.reply().bytes())
                .build(row.metadata());
    }

    /** The file of an update. */
    public Path file(Digest update) {
        return folder.resolve(update.hex());
    }

    private static Row row(Digest instruction, String envelope, String message, String state) {
        try {
            return new Row(
                    instruction,
                    SignedDocument.read(envelope.getBytes(StandardCharsets.UTF_8), Reply.class),
                    Metadata.parseFrom(Base64.getDecoder().decode(message)),
                    "sent".equals(state));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored message's metadata is damaged", e);
        }
    }

    private void eraseUnnamed() {
        try {
            Files.createDirectories(folder);
            Set<String> named = new HashSet<>(store.read(
                    sql -> sql.sql("SELECT update_digest FROM outbox UNION SELECT update_digest FROM hosted_reply")
                            .query((row, n) -> row.getString(1))
                            .list()));
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(
                                path -> !named.contains(path.getFileName().toString()))
                        .toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
