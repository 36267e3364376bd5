package org.osteon.site.foreign;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.learning.LearningException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.MessageRules;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.record.NamedValues;
import org.osteon.protocol.flower.record.Value;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.MetricRecord;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.budget.Budget;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.hosted.HostedReply;
import org.osteon.site.hosted.Hosting;
import org.osteon.site.hosted.RunHost;
import org.osteon.site.journal.Contents;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.store.SiteStore;
import org.osteon.site.training.Cohorts;
import org.osteon.site.training.Outbox;

/**
 * Answers the messages of approved foreign runs: draw the data that the approval names, charge an un-noised release,
 * have the app run shut in, write what may leave to a file, and in one transaction commit the charge, the answer, the
 * journal's entry and the events. Only then may anything leave; the same message always gets the same answer.
 */
public final class ForeignTraining {
    private final SiteFolder site;
    private final SiteStore store;
    private final SiteEvents events;
    private final Budget budget;
    private final PolicyEvaluator policy;
    private final Cohorts cohorts;
    private final RunHost hosting;
    private final Outbox outbox;
    private final ForeignReplies replies;
    private final ClockGuard clock;

    /** The answers of this site. */
    public ForeignTraining(
            SiteFolder site,
            SiteStore store,
            SiteEvents events,
            Budget budget,
            PolicyEvaluator policy,
            Cohorts cohorts,
            RunHost hosting,
            Outbox outbox,
            ClockGuard clock) {
        this.site = site;
        this.store = store;
        this.events = events;
        this.budget = budget;
        this.policy = policy;
        this.cohorts = cohorts;
        this.hosting = hosting;
        this.outbox = outbox;
        this.replies = new ForeignReplies(store, outbox);
        this.clock = clock;
    }

    /**
     * The answer to a message; on disk, charged and in the journal when this returns.
     *
     * @param approved what an officer allows
     * @param bundle the app's bundle
     * @param message metadata of the message, with its id
     * @param objects folder with its objects, each under its id
     * @throws LearningException with the code of why nothing may leave; a charge that was made stays
     */
    public OutgoingMessage answer(
            ForeignRuns.Verdict.Approved approved, byte[] bundle, Metadata message, Path objects) {
        Digest query = new Digest(message.getMessageId());
        Optional<ForeignReplies.Row> before = replies.find(query);
        if (before.isPresent()) {
            return replies.message(before.orElseThrow(), approved.run());
        }
        hosting.objection().ifPresent(code -> {
            throw new LearningException(code, "this site cannot run an app now");
        });
        Capsule capsule = approved.capsule().document();
        Map<String, byte[]> files = files(capsule);
        int round = reserve(query, approved, message);
        HostedReply reply = hosting.answer(
                approved.run(), capsule.releases(), bundle, message, objects, files, objects.resolve("answer"));
        requireEnough(reply);
        MetricRecord numbers = new NamedValues(reply.metrics()).toMetricRecord();
        ForeignReplies.Row row = new ForeignReplies.Row(
                query,
                capsule.study(),
                HostedRun.training(message.getMessageType())
                        ? outbox.keep(reply.arrays().file())
                        : outbox.keep(numbers.toByteArray()),
                numbers,
                MessageRules.replyMetadata(message, clock.now()));
        return commit(row, approved, round);
    }

    /** An answer that says itself that it is about fewer patients than the hospital's least group stays here. */
    private void requireEnough(HostedReply reply) {
        Value examples = reply.metrics().get(ForeignRuns.EXAMPLES);
        double count = examples instanceof Value.Signed number
                ? number.value()
                : examples instanceof Value.Unsigned number
                        ? (number.value() < 0 ? Double.MAX_VALUE : number.value())
                        : examples instanceof Value.Real number ? number.value() : 0;
        if (!(count >= site.settings().policy().k())) {
            throw new LearningException("SITE_DATA_RULE", "a rule of this site about patients' rows does not hold");
        }
    }

    /** The server has the answer to this message. */
    public void sent(Metadata message) {
        replies.sent(new Digest(message.getMessageId()));
    }

    /** The table that the officer named, as the app finds it; rules about rows are told to nobody outside. */
    private Map<String, byte[]> files(Capsule capsule) {
        if (capsule.data().isEmpty()) {
            return Map.of();
        }
        Study.Cohort named = capsule.data().get(0);
        policy.stated(named).ifPresent(code -> {
            throw new LearningException(code, "the data that were approved are not in the snapshot");
        });
        policy.unstated(named, capsule.waivers()).ifPresent(code -> {
            throw new LearningException("SITE_DATA_RULE", "a rule of this site about patients' rows does not hold");
        });
        try {
            return Hosting.table(named, cohorts.rows(named, capsule.snapshot()));
        } catch (CohortSource.CohortUnavailable e) {
            throw new LearningException(e.reason().code(), "the data that were approved cannot be drawn", e);
        }
    }

    private int reserve(Digest query, ForeignRuns.Verdict.Approved approved, Metadata message) {
        Capsule capsule = approved.capsule().document();
        String run = Long.toUnsignedString(message.getRunId());
        OptionalInt round = store.write(sql -> {
            boolean before = budget.charged(sql, query);
            OptionalInt number = budget.reserveExact(
                    sql,
                    query,
                    capsule.study(),
                    run,
                    message.getMessageType(),
                    capsule.rounds(),
                    clock.now().toEpochMilli());
            if (!before) {
                EventDraft draft = event(
                        number.isPresent() ? EventType.BUDGET_RESERVED : EventType.BUDGET_REFUSED,
                        query,
                        capsule.study(),
                        run + "/" + number.orElse(capsule.rounds() + 1) + "/" + message.getMessageType());
                events.add(sql, number.isPresent() ? draft : draft.refused("CAPSULE_ROUNDS_EXHAUSTED"));
            }
            return number;
        });
        events.publish();
        return round.orElseThrow(() ->
                new LearningException("CAPSULE_ROUNDS_EXHAUSTED", "as many messages were answered as were approved"));
    }

    private OutgoingMessage commit(ForeignReplies.Row row, ForeignRuns.Verdict.Approved approved, int round) {
        HostedRun run = approved.run();
        OutgoingMessage answer = replies.message(row, run);
        List<String> fields = Contents.of(answer);
        String type = row.metadata().getMessageType();
        String subject = Long.toUnsignedString(row.metadata().getRunId()) + "/" + round + "/" + type;
        Digest capsule = approved.capsule().digest();
        store.write(sql -> {
            budget.commitExact(sql, row.message());
            ForeignReplies.add(sql, row);
            Journal.add(
                    sql,
                    new Journal.Entry(
                            clock.now(),
                            "update",
                            row.update(),
                            HostedRun.training(type)
                                    ? ArraySpec.bytes(run.arrays())
                                    : row.metrics().getSerializedSize(),
                            site.settings().fleet(),
                            capsule.hex(),
                            row.run().hex(),
                            fields));
            events.add(
                    sql,
                    event(EventType.BUDGET_COMMITTED, row.message(), row.run(), subject)
                            .value("epsilonStudy", 0.0)
                            .value("delta", 0.0)
                            .value("accountant", "none")
                            .value("unit", "patient"));
            events.add(
                    sql,
                    event(EventType.UPDATE_SENT, row.message(), row.run(), subject)
                            .ref("update", row.update())
                            .ref("capsule", capsule));
            return true;
        });
        events.publish();
        return answer;
    }

    private EventDraft event(EventType type, Digest message, Digest run, String subject) {
        return EventDraft.of(type, site.settings().site(), "site")
                .about(subject)
                .ref("study", run)
                .ref("instruction", message);
    }
}
