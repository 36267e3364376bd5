package org.osteon.site.statement;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Question;
import org.osteon.protocol.document.QuestionAnswer;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.site.approval.Approvals;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.store.SiteStore;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What this site's officers told the hub beside decisions. */
public final class Statements {
    private final SiteFolder site;
    private final SiteStore store;
    private final SiteEvents events;
    private final Approvals approvals;
    private final ClockGuard clock;
    private final Map<Digest, CompletableFuture<Approvals.AtHub>> awaited = new ConcurrentHashMap<>();

    /** The statements of this site. */
    public Statements(SiteFolder site, SiteStore store, SiteEvents events, Approvals approvals, ClockGuard clock) {
        this.site = site;
        this.store = store;
        this.events = events;
        this.approvals = approvals;
        this.clock = clock;
    }

    /**
     * Reads a statement and checks that an officer of this site signed it for this site. Whether its study is here is
     * the caller's to know: this asks no table, so that many statements of one call take no turn at the database each.
     *
     * @throws CallException with the code of what is wrong
     */
    public SignedDocument<? extends Statement> read(byte[] envelope) {
        SignedDocument<? extends Statement> statement = Statement.readSigned(envelope);
        Statement document = statement.document();
        if (site.officers().stream().noneMatch(statement::signedBy)) {
            throw CallException.refused(
                    "STATEMENT_SIGNER_UNKNOWN", "no officer of this site has signed what is to be told");
        }
        if (!document.site().equals(site.settings().site())
                || !document.federation().equals(site.root().federation())) {
            throw CallException.refused("STATEMENT_FOR_ANOTHER_SITE", "what is to be told is of another site");
        }
        return statement;
    }

    /**
     * Keeps a statement that stands alone, to be handed on; durable and logged when this returns.
     *
     * @throws CallException with the code of what is wrong; {@code STUDY_UNKNOWN} for a study that is not here
     */
    public SignedDocument<? extends Statement> take(byte[] envelope) {
        SignedDocument<? extends Statement> statement = read(envelope);
        if (approvals.find(statement.document().study()).isEmpty()) {
            throw CallException.absent("STUDY_UNKNOWN", "what is to be told is about a study that is not here");
        }
        store.write(sql -> {
            add(sql, statement);
            return true;
        });
        events.publish();
        return statement;
    }

    /**
     * Keeps the hub's answer to a question of this site.
     *
     * @return whether it is one; anything else is not kept
     */
    public boolean keep(SignedDocument<QuestionAnswer> answer) {
        QuestionAnswer document = answer.document();
        boolean ours = answer.signedBy(site.root().hub())
                && document.site().equals(site.settings().site())
                && about(document.study(), Question.class).stream()
                        .anyMatch(question -> question.digest().equals(document.question()));
        if (!ours) {
            return false;
        }
        store.write(sql -> {
            int added = sql.sql(
                            "INSERT INTO answer(digest, question, study, envelope, received) VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING")
                    .params(
                            answer.digest().hex(),
                            document.question().hex(),
                            document.study().hex(),
                            new String(answer.bytes(), StandardCharsets.UTF_8),
                            clock.now().toEpochMilli())
                    .update();
            if (added == 1) {
                events.add(
                        sql,
                        EventDraft.of(
                                        EventType.QUESTION_ANSWERED,
                                        site.settings().site(),
                                        "site")
                                .about(site.settings().site())
                                .ref("study", document.study())
                                .ref("question", document.question())
                                .ref("question-answer", answer.digest()));
            }
            return added;
        });
        events.publish();
        return true;
    }

    /** The questions about a study with their answers, oldest first, as people get them. */
    public List<Map<String, Object>> questions(Digest study) {
        List<QuestionAnswer> answers =
                store.read(sql -> sql.sql("SELECT envelope FROM answer WHERE study = ? ORDER BY received, digest")
                        .param(study.hex())
                        .query((row, n) -> SignedDocument.read(
                                        row.getString(1).getBytes(StandardCharsets.UTF_8), QuestionAnswer.class)
                                .document())
                        .list());
        List<Map<String, Object>> views = new ArrayList<>();
        for (SignedDocument<Question> question : about(study, Question.class)) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("asked", question.document().asked().toString());
            view.put("text", question.document().text());
            view.put(
                    "answers",
                    answers.stream()
                            .filter(answer -> answer.question().equals(question.digest()))
                            .map(answer -> answer.text() + " (" + answer.by() + ", " + answer.answered() + ")")
                            .toList());
            view.put("question", question.digest().hex());
            views.add(view);
        }
        return views;
    }

    /** Keeps a statement in the caller's transaction, to be handed on. */
    public void add(JdbcClient sql, SignedDocument<? extends Statement> statement) {
        int known = sql.sql("SELECT COUNT(*) FROM statement WHERE digest = ?")
                .param(statement.digest().hex())
                .query(Integer.class)
                .single();
        if (known == 0) {
            long seq = events.add(
                    sql,
                    EventDraft.of(type(statement.document()), site.settings().site(), "data-officer")
                            .about(site.settings().site())
                            .ref("study", statement.document().study())
                            .ref(kind(statement.document()), statement.digest()));
            sql.sql(
                            "INSERT INTO statement(digest, kind, study, envelope, made, event, forwarded) VALUES (?, ?, ?, ?, ?, ?, 0)")
                    .params(
                            statement.digest().hex(),
                            kind(statement.document()),
                            statement.document().study().hex(),
                            new String(statement.bytes(), StandardCharsets.UTF_8),
                            clock.now().toEpochMilli(),
                            seq)
                    .update();
        }
    }

    /** What kind of statement, as the journal says it: its schema's name. */
    public static String kind(Statement statement) {
        return statement
                .schema()
                .substring("osteon.".length(), statement.schema().indexOf('/'));
    }

    private static EventType type(Statement statement) {
        return statement instanceof Question ? EventType.QUESTION_ASKED : EventType.WITHDRAWAL_NOTICED;
    }

    /** Statements of a kind about a study, oldest first. */
    public <T extends Statement> List<SignedDocument<T>> about(Digest study, Class<T> kind) {
        return envelopes("WHERE study = '" + study.hex() + "' ORDER BY event").stream()
                .filter(envelope ->
                        kind.isInstance(Statement.readSigned(envelope).document()))
                .map(envelope -> SignedDocument.read(envelope, kind))
                .toList();
    }

    /** Statements the hub does not have yet, oldest first. */
    public List<SignedDocument<? extends Statement>> unforwarded() {
        return envelopes("WHERE forwarded = 0 ORDER BY event").stream()
                .<SignedDocument<? extends Statement>>map(Statement::readSigned)
                .toList();
    }

    /** The hub was told. */
    public void forwarded(Digest statement, Approvals.AtHub outcome) {
        store.write(sql -> sql.sql("UPDATE statement SET forwarded = 1 WHERE digest = ?")
                .param(statement.hex())
                .update());
        CompletableFuture<Approvals.AtHub> waiting = awaited.remove(statement);
        if (waiting != null) {
            waiting.complete(outcome);
        }
    }

    /** Completes when the hub was told, after a while with {@link Approvals.AtHub#WAITS}. */
    public CompletableFuture<Approvals.AtHub> atHub(Digest statement, Duration patience) {
        CompletableFuture<Approvals.AtHub> told =
                awaited.computeIfAbsent(statement, unused -> new CompletableFuture<>());
        boolean before = store.read(sql -> sql.sql("SELECT COUNT(*) FROM statement WHERE digest = ? AND forwarded = 1")
                        .param(statement.hex())
                        .query(Integer.class)
                        .single())
                > 0;
        if (before) {
            told.complete(Approvals.AtHub.TAKEN);
        }
        told.completeOnTimeout(Approvals.AtHub.WAITS, patience.toMillis(), TimeUnit.MILLISECONDS);
        return told.whenComplete((outcome, failure) -> awaited.remove(statement));
    }

    private List<byte[]> envelopes(String where) {
        return store.read(sql -> sql.sql("SELECT envelope FROM statement " + where)
                .query((row, n) -> row.getString(1).getBytes(StandardCharsets.UTF_8))
                .list());
    }
}
