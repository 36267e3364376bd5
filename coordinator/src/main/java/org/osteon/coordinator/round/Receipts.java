package org.osteon.coordinator.round;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.SigningKey;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Signs for every reply of a closed exchange what became of it. */
final class Receipts {
    private final HubEvents events;
    private final SigningKey hubKey;
    private final String federation;
    private final Clock clock;

    Receipts(HubEvents events, SigningKey hubKey, String federation, Clock clock) {
        this.events = events;
        this.hubKey = hubKey;
        this.federation = federation;
        this.clock = clock;
    }

    /** Writes a receipt and its event into the transaction that closes the exchange. */
    void write(JdbcClient sql, RunRecord run, ReplyRecord reply, Digest model) {
        boolean counted = reply.accepted();
        Receipt receipt = new Receipt(
                Receipt.SCHEMA,
                federation,
                run.study(),
                run.id(),
                run.round(),
                run.exchange(),
                reply.site(),
                reply.digest(),
                reply.update(),
                counted ? "counted" : reply.outcome(),
                counted ? "" : reply.reason(),
                counted ? model : Reply.NOTHING,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        SignedDocument<Receipt> signed = SignedDocument.sign(receipt, hubKey);
        sql.sql("INSERT INTO receipt(digest, site, run, envelope, confirmed) VALUES (?, ?, ?, ?, 0)")
                .params(
                        signed.digest().hex(),
                        reply.site(),
                        run.id(),
                        new String(signed.bytes(), StandardCharsets.UTF_8))
                .update();
        events.add(
                sql,
                EventDraft.of(EventType.RECEIPT_SENT, "hub", "hub")
                        .about(run.about())
                        .value("site", reply.site())
                        .value("outcome", receipt.outcome())
                        .ref("receipt", signed.digest())
                        .ref("reply", reply.digest()));
    }
}
