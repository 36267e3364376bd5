package org.osteon.site.foreign;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.Optional;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.MetricRecord;
import org.osteon.site.store.SiteStore;
import org.osteon.site.training.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the apps of foreign runs answered, one row a message; its arrays lie in the outbox. */
final class ForeignReplies {
    private final SiteStore store;
    private final Outbox outbox;

    ForeignReplies(SiteStore store, Outbox outbox) {
        this.store = store;
        this.outbox = outbox;
    }

    /**
     * An answer on disk.
     *
     * @param message id of the message that it answers
     * @param run what an officer approved
     * @param update digest of the file with its arrays, or of one with its numbers where it has no arrays
     * @param metrics its numbers
     * @param metadata of the Flower message, without its id
     */
    record Row(Digest message, Digest run, Digest update, MetricRecord metrics, Metadata metadata) {}

    /** Adds a row in the caller's transaction. */
    static void add(JdbcClient sql, Row row) {
        sql.sql(
                        "INSERT INTO hosted_reply(message, run, update_digest, metrics, metadata, state) VALUES (?, ?, ?, ?, ?, 'ready')")
                .params(
                        row.message().hex(),
                        row.run().hex(),
                        row.update().hex(),
                        text(row.metrics()),
                        text(row.metadata()))
                .update();
    }

    /** The answer to a message, if it was made. */
    Optional<Row> find(Digest message) {
        return store.read(sql -> sql.sql(
                        "SELECT run, update_digest, metrics, metadata FROM hosted_reply WHERE message = ?")
                .param(message.hex())
                .query((row, n) -> row(
                        message,
                        new Digest(row.getString(1)),
                        new Digest(row.getString(2)),
                        row.getString(3),
                        row.getString(4)))
                .optional());
    }

    /** The server has it. */
    void sent(Digest message) {
        store.write(sql -> sql.sql("UPDATE hosted_reply SET state = 'sent' WHERE message = ?")
                .param(message.hex())
                .update());
    }

    /** The Flower message of a row; the same bytes whenever it is built. */
    OutgoingMessage message(Row row, HostedRun run) {
        OutgoingMessage.Builder answer = new OutgoingMessage.Builder();
        if (HostedRun.training(row.metadata().getMessageType())) {
            answer.arrays(
                    HostedRun.ARRAY_RECORD,
                    ArrayContent.of(run.arrays(), outbox.file(row.update()), Outbox.CHUNK_BYTES));
        }
        return answer.metrics(HostedRun.METRIC_RECORD, row.metrics()).build(row.metadata());
    }

    private static String text(Message message) {
        return Base64.getEncoder().encodeToString(message.toByteArray());
    }

    private static Row row(Digest message, Digest run, Digest update, String metrics, String metadata) {
        try {
            return new Row(
                    message,
                    run,
                    update,
                    MetricRecord.parseFrom(Base64.getDecoder().decode(metrics)),
                    Metadata.parseFrom(Base64.getDecoder().decode(metadata)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored answer is damaged", e);
        }
    }
}
