package org.osteon.coordinator.statement;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.TrustBook;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.protocol.document.WithdrawalNotice;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Takes officers' statements and keeps what follows: the flags of model versions. Nothing of a model is rewritten. */
public final class Statements {
    private static final int MOST_ANCESTORS = 100_000;

    private final HubStore store;
    private final HubEvents events;
    private final TrustBook trust;
    private final Studies studies;
    private final Models models;
    private final String federation;
    private final Clock clock;

    /** The statements of this hub's sites. */
    public Statements(
            HubStore store,
            HubEvents events,
            TrustBook trust,
            Studies studies,
            Models models,
            String federation,
            Clock clock) {
        this.store = store;
        this.events = events;
        this.trust = trust;
        this.studies = studies;
        this.models = models;
        this.federation = federation;
        this.clock = clock;
    }

    /** Takes a statement that a site handed on. What no officer's trusted key signed is refused. */
    public void take(SiteRecord site, byte[] envelope) {
        SignedDocument<? extends Statement> statement = Statement.readSigned(envelope);
        objection(site, statement).ifPresent(code -> {
            throw CallException.refused(code, "the statement does not count at this hub");
        });
        store.writeNow(sql -> {
            int added = sql.sql(
                            "INSERT INTO statement(digest, kind, study, site, envelope, received) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING")
                    .params(
                            statement.digest().hex(),
                            statement.document().schema(),
                            statement.document().study().hex(),
                            site.name(),
                            new String(statement.bytes(), StandardCharsets.UTF_8),
                            clock.millis())
                    .update();
            if (added == 1 && statement.document() instanceof WithdrawalNotice notice) {
                flag(sql, notice);
            }
            return added;
        });
        events.publish();
    }

    /** The notices that name a model version or one that it was made from, oldest first. */
    public List<Map<String, Object>> flags(ModelVersion model) {
        List<Map<String, Object>> flags = new ArrayList<>();
        Optional<ModelVersion> next = Optional.of(model);
        for (int n = 0; n < MOST_ANCESTORS && next.isPresent(); n++) {
            ModelVersion version = next.orElseThrow();
            flags.addAll(flagsOf(version.digest()));
            next = version.parent().equals(Reply.NOTHING)
                    ? Optional.empty()
                    : Optional.of(models.get(version.parent().hex()));
        }
        return flags;
    }

    private List<Map<String, Object>> flagsOf(Digest model) {
        return store.read(sql -> sql.sql(
                        "SELECT notice, study, site, received FROM model_flag WHERE model = ? ORDER BY received, notice")
                .param(model.hex())
                .query((row, n) -> {
                    Map<String, Object> flag = new LinkedHashMap<>();
                    flag.put("code", "DATA_WITHDRAWN");
                    flag.put("site", row.getString(3));
                    flag.put("model", model.hex());
                    flag.put("study", row.getString(2));
                    flag.put("notice", row.getString(1));
                    flag.put("time", Instant.ofEpochMilli(row.getLong(4)).toString());
                    return flag;
                })
                .list());
    }

    private void flag(JdbcClient sql, WithdrawalNotice notice) {
        EventDraft event = EventDraft.of(EventType.WITHDRAWAL_NOTICED, notice.site(), "data-officer")
                .about(notice.site())
                .ref("study", notice.study())
                .ref("withdrawal-notice", notice.digest());
        for (Digest model : notice.models()) {
            sql.sql("INSERT INTO model_flag(model, notice, study, site, received) VALUES (?, ?, ?, ?, ?)")
                    .params(model.hex(), notice.digest().hex(), notice.study().hex(), notice.site(), clock.millis())
                    .update();
            event.ref("model", model);
        }
        events.add(sql, event);
    }

    private Optional<String> objection(SiteRecord site, SignedDocument<? extends Statement> statement) {
        Statement document = statement.document();
        if (!document.site().equals(site.name()) || !document.federation().equals(federation)) {
            return Optional.of("STATEMENT_FOR_ANOTHER_SITE");
        }
        if (studies.find(document.study().hex()).isEmpty()) {
            return Optional.of("STUDY_UNKNOWN");
        }
        boolean signed = trust.current().document().keysOf("officer", site.name(), clock.instant()).stream()
                .anyMatch(key -> statement.signedBy(key.key()));
        if (!signed) {
            return Optional.of("STATEMENT_SIGNER_UNKNOWN");
        }
        if (document instanceof WithdrawalNotice notice
                && !notice.models().stream().allMatch(model -> madeWith(model, notice))) {
            return Optional.of("NOTICE_NOT_OF_ITS_MODELS");
        }
        return Optional.empty();
    }

    /** Whether a version of the notice's study counted a reply of its site. */
    private boolean madeWith(Digest model, WithdrawalNotice notice) {
        return models.find(model)
                .filter(version -> version.study().equals(notice.study()))
                .filter(version ->
                        version.inputs().stream().anyMatch(input -> input.site().equals(notice.site())))
                .isPresent();
    }
}
