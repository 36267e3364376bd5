package org.osteon.coordinator.statement;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
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
import org.osteon.protocol.document.Question;
import org.osteon.protocol.document.QuestionAnswer;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.protocol.sign.SigningKey;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Takes officers' statements and keeps what follows: the flags of model versions, and questions with their answers.
 * Nothing of a model or a study is rewritten.
 */
public final class Statements {
    private static final int MOST_ANCESTORS = 100_000;
    private static final int MOST_QUESTIONS = 100;

    private final HubStore store;
    private final HubEvents events;
    private final TrustBook trust;
    private final Studies studies;
    private final Models models;
    private final SigningKey hubKey;
    private final String federation;
    private final Clock clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** The statements of this hub's sites. */
    public Statements(
            HubStore store,
            HubEvents events,
            TrustBook trust,
            Studies studies,
            Models models,
            SigningKey hubKey,
            String federation,
            Clock clock) {
        this.store = store;
        this.events = events;
        this.trust = trust;
        this.studies = studies;
        this.models = models;
        this.hubKey = hubKey;
        this.federation = federation;
        this.clock = clock;
    }

    /** Tells a listener when there is an answer for a site. */
    public void onWork(Runnable listener) {
        listeners.add(listener);
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
            } else if (added == 1) {
                events.add(
                        sql,
                        EventDraft.of(EventType.QUESTION_ASKED, site.name(), "data-officer")
                                .about(site.name())
                                .ref("study", statement.document().study())
                                .ref("question", statement.digest()));
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

    /** The questions about a study, oldest first, each with its answers. */
    public List<Map<String, Object>> questions(Digest study) {
        List<SignedDocument<QuestionAnswer>> answers = answers("study = ?", study.hex());
        List<Map<String, Object>> views = new ArrayList<>();
        for (SignedDocument<Question> question : asked(study)) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("site", question.document().site());
            view.put("asked", question.document().asked().toString());
            view.put("text", question.document().text());
            view.put(
                    "answers",
                    answers.stream()
                            .map(SignedDocument::document)
                            .filter(answer -> answer.question().equals(question.digest()))
                            .map(answer -> answer.text() + " (" + answer.by() + ", " + answer.answered() + ")")
                            .toList());
            view.put("question", question.digest().hex());
            views.add(view);
        }
        return views;
    }

    /**
     * Answers a site's question.
     *
     * @param reference the question by its first digits; empty for the site's oldest one without an answer
     */
    public SignedDocument<QuestionAnswer> answer(
            Digest study, String site, String reference, String text, String engineer) {
        List<Digest> answered = answers("study = ?", study.hex()).stream()
                .map(answer -> answer.document().question())
                .toList();
        Digest question = asked(study).stream()
                .filter(one -> one.document().site().equals(site))
                .map(SignedDocument::digest)
                .filter(one -> reference.isEmpty()
                        ? !answered.contains(one)
                        : reference.length() >= 6 && one.hex().startsWith(reference))
                .findFirst()
                .orElseThrow(() -> CallException.absent(
                        "QUESTION_UNKNOWN",
                        "site " + site + " has no such question about this study without an answer"));
        SignedDocument<QuestionAnswer> answer = SignedDocument.sign(
                new QuestionAnswer(
                        QuestionAnswer.SCHEMA,
                        federation,
                        study,
                        site,
                        question,
                        text,
                        engineer,
                        clock.instant().truncatedTo(ChronoUnit.SECONDS)),
                hubKey);
        store.writeNow(sql -> {
            int added = sql.sql(
                            "INSERT INTO answer(digest, question, study, site, envelope, answered, confirmed) VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (digest) DO NOTHING")
                    .params(
                            answer.digest().hex(),
                            question.hex(),
                            study.hex(),
                            site,
                            new String(answer.bytes(), StandardCharsets.UTF_8),
                            clock.millis())
                    .update();
            if (added == 1) {
                events.add(
                        sql,
                        EventDraft.of(EventType.QUESTION_ANSWERED, engineer, "ml-engineer")
                                .about(site)
                                .ref("study", study)
                                .ref("question", question)
                                .ref("question-answer", answer.digest()));
            }
            return added;
        });
        events.publish();
        listeners.forEach(Runnable::run);
        return answer;
    }

    /** Answers a site does not have yet, oldest first. */
    public List<byte[]> unconfirmed(String site) {
        return answers("confirmed = 0 AND site = ?", site).stream()
                .map(SignedDocument::bytes)
                .toList();
    }

    /** A site has an answer. */
    public void confirmed(String site, String answer) {
        store.writeNow(sql -> sql.sql("UPDATE answer SET confirmed = 1 WHERE digest = ? AND site = ?")
                .params(answer, site)
                .update());
    }

    private List<SignedDocument<Question>> asked(Digest study) {
        return store.read(sql -> sql.sql(
                        "SELECT envelope FROM statement WHERE study = ? AND kind = ? ORDER BY received, digest")
                .params(study.hex(), Question.SCHEMA)
                .query((row, n) ->
                        SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), Question.class))
                .list());
    }

    private List<SignedDocument<QuestionAnswer>> answers(String where, String value) {
        return store.read(sql -> sql.sql("SELECT envelope FROM answer WHERE " + where + " ORDER BY answered, digest")
                .param(value)
                .query((row, n) ->
                        SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), QuestionAnswer.class))
                .list());
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
        boolean many = document instanceof Question
                && asked(document.study()).stream()
                                .filter(question -> question.document().site().equals(site.name()))
                                .count()
                        >= MOST_QUESTIONS;
        if (many) {
            return Optional.of("QUESTIONS_TOO_MANY");
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
