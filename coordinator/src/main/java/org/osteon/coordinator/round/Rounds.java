package org.osteon.coordinator.round;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.conformance.statistics.AucEstimate;
import org.osteon.conformance.statistics.HistogramAuc;
import org.osteon.coordinator.aggregation.Combine;
import org.osteon.coordinator.aggregation.NewtonStep;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.fleet.AppBundle;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.fleet.ReplySink;
import org.osteon.coordinator.fleet.Spool;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.object.ArrayContent;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.object.ReceivedArrays;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.MetricRecordValue;
import org.osteon.protocol.sign.SigningKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Runs, round by round. Every step reads the state from the database, does one transaction, and only then speaks; after
 * a crash {@link #goOn} does the same. One thread decides; replies are read in parallel before it.
 */
public final class Rounds implements ReplySink {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
    private static final double FLOWER_TTL = 43_200;

    private final HubStore store;
    private final HubEvents events;
    private final Sites sites;
    private final Studies studies;
    private final Models models;
    private final ObjectStore objects;
    private final Spool spool;
    private final SigningKey hubKey;
    private final String federation;
    private final Clock clock;
    private final ScheduledExecutorService timer;
    private final ExecutorService deciding = Executors.newSingleThreadExecutor(task -> thread(task, "hub-rounds"));
    private final ExecutorService reading = Executors.newFixedThreadPool(2, task -> thread(task, "hub-replies"));
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final SecureRandom random = new SecureRandom();
    private final AppBundle stubFab = AppBundle.read(StubFab.bytes());
    private volatile FleetHandlers fleet;

    /** The rounds of this hub; {@link #attach} gives it the mailboxes. */
    @SuppressWarnings("NullAway.Init")
    public Rounds(
            HubStore store,
            HubEvents events,
            Sites sites,
            Studies studies,
            Models models,
            ObjectStore objects,
            Spool spool,
            SigningKey hubKey,
            String federation,
            Clock clock,
            ScheduledExecutorService timer) {
        this.store = store;
        this.events = events;
        this.sites = sites;
        this.studies = studies;
        this.models = models;
        this.objects = objects;
        this.spool = spool;
        this.hubKey = hubKey;
        this.federation = federation;
        this.clock = clock;
        this.timer = timer;
    }

    /** Where messages go out. */
    public void attach(FleetHandlers handlers) {
        fleet = handlers;
    }

    /** Tells a listener whenever a run's state changed. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Starts a run with the sites whose capsule is in force. */
    public RunRecord start(Study study, String engineer) {
        List<SiteRecord> ready = ready(study);
        if (ready.size() < study.participation().quorum()) {
            throw CallException.refused(
                    "QUORUM_NOT_APPROVED",
                    ready.size() + " sites have approved this study, "
                            + study.participation().quorum()
                            + " are needed; the data officers of the others can change it");
        }
        String id = "r-" + HexFormat.of().formatHex(bytes(4));
        Combine.Result initial = Combine.write(InitialArrays.of(study), objects);
        objects.keep(initial.draft(), initial.digest());
        ModelVersion version = new ModelVersion(
                ModelVersion.SCHEMA,
                federation,
                study.digest(),
                id,
                0,
                study.model().arrays(),
                initial.digest(),
                Reply.NOTHING,
                "initial",
                List.of(),
                List.of(),
                true);
        RunRecord run = new RunRecord(
                id,
                Long.toUnsignedString(random.nextLong()),
                study.digest(),
                "running",
                true,
                0,
                "train",
                version.digest(),
                0,
                "");
        store.writeNow(sql -> {
            RunRows.insert(sql, run, clock.millis());
            events.add(
                    sql,
                    EventDraft.of(EventType.RUN_STARTED, engineer, "ml-engineer")
                            .about(id)
                            .ref("study", study.digest()));
            return models.add(sql, version);
        });
        later(() -> openRound(id));
        return run;
    }

    /** Starts an ungoverned run over unmodified Flower nodes; its models can never be released. */
    public RunRecord startUngoverned(UngovernedPlan plan, byte[] initialArrays, String engineer) {
        AppBundle.read(Base64.getDecoder().decode(plan.fab()));
        String id = "u-" + HexFormat.of().formatHex(bytes(4));
        Combine.Result initial = Combine.write(initialArrays, objects);
        objects.keep(initial.draft(), initial.digest());
        ModelVersion version = new ModelVersion(
                ModelVersion.SCHEMA,
                federation,
                Reply.NOTHING,
                id,
                0,
                plan.arrays(),
                initial.digest(),
                Reply.NOTHING,
                "initial",
                List.of(),
                List.of(),
                false);
        RunRecord run = new RunRecord(
                id,
                Long.toUnsignedString(random.nextLong()),
                Reply.NOTHING,
                "running",
                false,
                0,
                "train",
                version.digest(),
                0,
                new String(CanonicalJson.write(plan), StandardCharsets.UTF_8));
        store.writeNow(sql -> {
            RunRows.insert(sql, run, clock.millis());
            events.add(
                    sql,
                    EventDraft.of(EventType.UNGOVERNED_RUN_STARTED, engineer, "ml-engineer")
                            .about(id));
            return models.add(sql, version);
        });
        later(() -> openRound(id));
        return run;
    }

    /** After a start: puts open messages into mailboxes again and goes on with every run. */
    public void goOn() {
        for (InstructionRecord open : store.read(RunRows::open)) {
            RunRecord run = get(open.run());
            if (run.running()) {
                fleet.send(open.nodeId(), message(run, open));
            }
        }
        store.read(RunRows::runs).stream().filter(RunRecord::running).forEach(run -> later(() -> advance(run.id())));
    }

    /** Stops a run; open instructions are void. */
    public RunRecord stop(String id, String engineer) {
        RunRecord run = get(id);
        if (!run.running() && !"stalled".equals(run.state())) {
            throw CallException.wrong("RUN_NOT_RUNNING", "run " + id + " is " + run.state());
        }
        RunRecord stopped = setState(
                run,
                "stopped",
                EventDraft.of(EventType.RUN_STOPPED, engineer, "ml-engineer").about(id));
        List<InstructionRecord> open = store.read(RunRows::open).stream()
                .filter(instruction -> instruction.run().equals(id))
                .toList();
        store.writeNow(sql -> {
            open.forEach(instruction -> RunRows.setState(sql, instruction.digest(), "void"));
            return open.size();
        });
        open.forEach(instruction -> fleet.withdraw(instruction.nodeId(), instruction.messageId()));
        return stopped;
    }

    /** Goes on with a stalled or stopped run: its open round is asked again, under a new fence. */
    public RunRecord resume(String id, String engineer) {
        RunRecord run = get(id);
        if (!"stalled".equals(run.state()) && !"stopped".equals(run.state())) {
            throw CallException.wrong(
                    "RUN_NOT_STALLED",
                    "run " + id + " is " + run.state() + "; only a stalled or stopped run is resumed");
        }
        RunRecord again = setState(
                run,
                "running",
                EventDraft.of(EventType.RUN_RESUMED, engineer, "ml-engineer").about(id));
        later(() -> ask(again));
        return again;
    }

    /** A run by id. */
    public RunRecord get(String id) {
        return store.read(sql -> RunRows.run(sql, id))
                .orElseThrow(() -> CallException.absent("RUN_UNKNOWN", "no run " + id));
    }

    /** All runs, newest first. */
    public List<RunRecord> all() {
        return store.read(RunRows::runs);
    }

    /** Replies of a round. */
    public List<ReplyRecord> replies(String run, int round, String exchange) {
        return store.read(sql -> RunRows.replies(sql, run, round, exchange));
    }

    /** Messages of a round. */
    public List<InstructionRecord> instructions(String run, int round, String exchange) {
        return store.read(sql -> RunRows.ofRound(sql, run, round, exchange));
    }

    /** The result text of a closed exchange. */
    public Optional<String> result(String run, int round, String exchange) {
        return store.read(sql -> sql.sql("SELECT result FROM round WHERE run = ? AND round = ? AND exchange = ?")
                .params(run, round, exchange)
                .query(String.class)
                .optional());
    }

    /** Recomputes a round's model from the stored updates. */
    public Map<String, Object> replay(String id, int round) {
        ModelVersion version = models.ofRun(id).stream()
                .filter(model -> model.round() == round)
                .findFirst()
                .orElseThrow(
                        () -> CallException.absent("ROUND_UNKNOWN", "run " + id + " has no model of round " + round));
        ModelVersion before = models.get(version.parent().hex());
        for (ModelVersion.Input input : version.inputs()) {
            if (!objects.has(input.update())) {
                throw CallException.refused(
                        "NOT_REPLAYABLE", "an update of round " + round + " is not kept any more, by policy");
            }
        }
        Combine.Result again = combine(version, before);
        try {
            Files.deleteIfExists(again.draft());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", again.digest().equals(version.arrays()));
        answer.put("expected", version.arrays().hex());
        answer.put("actual", again.digest().hex());
        return answer;
    }

    @Override
    public Optional<RunFacts> run(long flowerRun) {
        return store.read(sql -> RunRows.runByFlowerId(sql, Long.toUnsignedString(flowerRun)))
                .map(run -> new RunFacts(flowerRun, app(run), run.running()));
    }

    @Override
    public CompletionStage<Void> accept(SiteRecord node, Message message) {
        return CompletableFuture.supplyAsync(() -> read(node, message), reading).thenCompose(this::commit);
    }

    /** Ends the threads. */
    public void close() {
        deciding.shutdownNow();
        reading.shutdownNow();
    }

    /** A reply that was read and judged, its update still a draft. */
    private record Judged(InstructionRecord to, ReplyRecord reply, String envelope, Optional<Path> draft) {}

    private Judged read(SiteRecord node, Message message) {
        Metadata metadata = message.getMetadata();
        InstructionRecord to = store.read(sql -> RunRows.byMessage(sql, node.nodeId(), metadata.getReplyToMessageId()))
                .orElseThrow(() -> new IllegalStateException("a mailbox holds a message without a row"));
        RunRecord run = get(to.run());
        String rootId = metadata.getMessageId();
        if (message.hasError()) {
            return judged(to, new Digest(rootId), "rejected", "NODE_ERROR", Reply.NOTHING, 0, "", Optional.empty());
        }
        IncomingMessage incoming;
        try {
            incoming = IncomingMessage.read(rootId, id -> spool.read(node.nodeId(), id));
        } catch (FlowerException e) {
            return judged(
                    to, new Digest(rootId), "rejected", "REPLY_MALFORMED", Reply.NOTHING, 0, "", Optional.empty());
        }
        return run.governed()
                ? readGoverned(node, run, to, rootId, incoming)
                : readFlower(node, run, to, rootId, incoming);
    }

    private Judged readGoverned(
            SiteRecord node, RunRecord run, InstructionRecord to, String rootId, IncomingMessage incoming) {
        Study study = studies.get(run.study().hex()).document();
        Optional<byte[]> envelope = incoming.configBytes(Reply.RECORD, Reply.RECORD);
        if (envelope.isEmpty()) {
            return judged(to, new Digest(rootId), "rejected", "REPLY_UNSIGNED", Reply.NOTHING, 0, "", Optional.empty());
        }
        SignedDocument<Reply> signed;
        try {
            signed = SignedDocument.read(envelope.orElseThrow(), Reply.class);
        } catch (DocumentException e) {
            return judged(
                    to, new Digest(rootId), "rejected", "REPLY_MALFORMED", Reply.NOTHING, 0, "", Optional.empty());
        }
        Reply reply = signed.document();
        Digest digest = signed.digest();
        String text = new String(envelope.orElseThrow(), StandardCharsets.UTF_8);
        if (!signed.signedBy(node.nodeKey())) {
            return judged(to, new Digest(rootId), "rejected", "REPLY_UNSIGNED", Reply.NOTHING, 0, "", Optional.empty());
        }
        if (!answers(reply, to, node, run)) {
            // Known by its message: the document may be another site's word for word, whose own reply must still find
            // its place.
            return judged(
                    to,
                    new Digest(rootId),
                    "rejected",
                    "REPLY_TO_ANOTHER_INSTRUCTION",
                    Reply.NOTHING,
                    0,
                    "",
                    Optional.empty());
        }
        if ("refused".equals(reply.outcome())) {
            return judged(to, digest, "refused", reply.reason(), Reply.NOTHING, 0, text, Optional.empty());
        }
        Optional<SignedDocument<Capsule>> capsule = studies.capsule(node.name(), run.study());
        if (capsule.isEmpty() || !capsule.orElseThrow().digest().equals(reply.capsule())) {
            return judged(to, digest, "rejected", "CAPSULE_NOT_IN_FORCE", reply.update(), 0, text, Optional.empty());
        }
        UpdateRules rules = UpdateRules.of(study, to.exchange());
        try {
            ReceivedArrays.Payloads update = ReceivedArrays.write(
                    incoming.arrays().getOrDefault("arrays", Map.of()),
                    id -> spool.file(node.nodeId(), id),
                    objects.draft(),
                    ArraySpec.bytes(rules.arrays()));
            String fault = fault(update, reply, rules, study);
            return fault.isEmpty()
                    ? judged(
                            to,
                            digest,
                            "accepted",
                            "",
                            update.digest(),
                            reply.weight(),
                            text,
                            Optional.of(update.file()))
                    : judged(to, digest, "rejected", fault, update.digest(), 0, text, Optional.of(update.file()));
        } catch (ReceivedArrays.Malformed e) {
            return judged(to, digest, "rejected", e.code(), reply.update(), 0, text, Optional.empty());
        }
    }

    private static String fault(ReceivedArrays.Payloads update, Reply reply, UpdateRules rules, Study study) {
        if (!update.specs().equals(rules.arrays()) || !reply.arrays().equals(rules.arrays())) {
            return "SHAPE_MISMATCH";
        }
        if (!update.digest().equals(reply.update())) {
            return "DIGEST_MISMATCH";
        }
        if (!update.finite()) {
            return "NOT_FINITE";
        }
        if (update.norm() > rules.normBound()) {
            return "NORM_BEYOND_BOUND";
        }
        return reply.weight() == study.plan().weight() ? "" : "WEIGHT_NOT_THE_STUDYS";
    }

    private static boolean answers(Reply reply, InstructionRecord to, SiteRecord node, RunRecord run) {
        return reply.instruction().equals(to.digest())
                && reply.run().equals(to.run())
                && reply.round() == to.round()
                && reply.exchange().equals(to.exchange())
                && reply.site().equals(node.name())
                && reply.node().equals(node.nodeId())
                && reply.fence() == to.fence()
                && reply.study().equals(run.study());
    }

    private Judged readFlower(
            SiteRecord node, RunRecord run, InstructionRecord to, String rootId, IncomingMessage incoming) {
        UngovernedPlan plan = CanonicalJson.read(run.plan().getBytes(StandardCharsets.UTF_8), UngovernedPlan.class);
        Digest digest = new Digest(rootId);
        if (incoming.arrays().size() != 1 || incoming.metrics().size() != 1) {
            return judged(to, digest, "rejected", "RECORDS_NOT_ONE_EACH", Reply.NOTHING, 0, "", Optional.empty());
        }
        long weight = incoming.metrics().values().iterator().next().getItemsList().stream()
                .filter(item -> "num-examples".equals(item.getKey()))
                .map(item -> item.getValue())
                .mapToLong(Rounds::whole)
                .findFirst()
                .orElse(0);
        try {
            ReceivedArrays.Payloads update = ReceivedArrays.write(
                    incoming.arrays().values().iterator().next(),
                    id -> spool.file(node.nodeId(), id),
                    objects.draft(),
                    ArraySpec.bytes(plan.arrays()));
            String fault = !update.specs().equals(plan.arrays())
                    ? "SHAPE_MISMATCH"
                    : !update.finite() ? "NOT_FINITE" : weight <= 0 ? "WEIGHT_MISSING" : "";
            return judged(
                    to,
                    digest,
                    fault.isEmpty() ? "accepted" : "rejected",
                    fault,
                    update.digest(),
                    weight,
                    "",
                    Optional.of(update.file()));
        } catch (ReceivedArrays.Malformed e) {
            return judged(to, digest, "rejected", e.code(), Reply.NOTHING, 0, "", Optional.empty());
        }
    }

    private static long whole(MetricRecordValue value) {
        return value.hasSint64() ? value.getSint64() : value.hasUint64() ? value.getUint64() : (long) value.getDouble();
    }

    private static Judged judged(
            InstructionRecord to,
            Digest digest,
            String outcome,
            String reason,
            Digest update,
            long weight,
            String envelope,
            Optional<Path> draft) {
        return new Judged(
                to, new ReplyRecord(digest, to.digest(), to.site(), outcome, reason, update, weight), envelope, draft);
    }

    /**
     * File first, then one transaction: reply row, instruction state, event; the acknowledgement follows the commit.
     */
    private CompletionStage<Void> commit(Judged judged) {
        judged.draft().ifPresent(draft -> objects.keep(draft, judged.reply().update()));
        CompletableFuture<Boolean> committed = store.write(sql -> {
            if (RunRows.replyTo(sql, judged.to().digest()).isPresent()) {
                return false;
            }
            RunRecord run = RunRows.run(sql, judged.to().run()).orElseThrow();
            InstructionRecord current = RunRows.byMessage(
                            sql, judged.to().nodeId(), judged.to().messageId())
                    .orElseThrow();
            boolean late = !"open".equals(current.state())
                    || !run.running()
                    || run.round() != judged.to().round()
                    || !run.exchange().equals(judged.to().exchange());
            ReplyRecord reply = late && judged.reply().accepted()
                    ? new ReplyRecord(
                            judged.reply().digest(),
                            judged.reply().instruction(),
                            judged.reply().site(),
                            "late",
                            "ROUND_CLOSED",
                            judged.reply().update(),
                            0)
                    : judged.reply();
            RunRows.insert(sql, reply, judged.to(), judged.envelope(), clock.millis());
            RunRows.setState(sql, judged.to().digest(), "replied");
            String about = judged.to().run() + "/" + judged.to().round() + "/"
                    + judged.to().exchange();
            events.add(
                    sql,
                    EventDraft.of(EventType.UPDATE_RECEIVED, reply.site(), "site")
                            .about(about)
                            .ref("instruction", reply.instruction())
                            .ref("reply", reply.digest())
                            .ref("update", reply.update()));
            EventType type = reply.accepted() ? EventType.UPDATE_ACCEPTED : EventType.UPDATE_REJECTED;
            EventDraft verdict = EventDraft.of(type, "hub", "hub")
                    .about(about)
                    .value("site", reply.site())
                    .ref("reply", reply.digest());
            events.add(sql, reply.accepted() ? verdict : verdict.refused(reply.reason()));
            return true;
        });
        return committed.thenAccept(fresh -> {
            if (fresh) {
                changed();
                later(() -> advance(judged.to().run()));
            }
        });
    }

    private void openRound(String id) {
        RunRecord run = get(id);
        if (!run.running()) {
            return;
        }
        int rounds = run.governed() ? study(run).plan().rounds() : plan(run).rounds();
        boolean evaluate = run.governed() && study(run).evaluation().present();
        if ("evaluate".equals(run.exchange()) || run.round() >= rounds && !evaluate) {
            setState(
                    run,
                    "completed",
                    EventDraft.of(EventType.RUN_COMPLETED, "hub", "hub")
                            .about(id)
                            .ref("model", run.model()));
            return;
        }
        boolean last = run.round() >= rounds;
        RunRecord next = new RunRecord(
                run.id(),
                run.flowerRun(),
                run.study(),
                run.state(),
                run.governed(),
                last ? run.round() : run.round() + 1,
                last ? "evaluate" : "train",
                run.model(),
                clock.millis() + seconds(run) * 1000L,
                run.plan());
        ask(next);
    }

    /** Sends the open round's instructions to every ready site that has none of them open. */
    private void ask(RunRecord asked) {
        RunRecord run = new RunRecord(
                asked.id(),
                asked.flowerRun(),
                asked.study(),
                asked.state(),
                asked.governed(),
                asked.round(),
                asked.exchange(),
                asked.model(),
                clock.millis() + seconds(asked) * 1000L,
                asked.plan());
        List<SiteRecord> sites = run.governed() ? ready(study(run)) : flowerNodes(run);
        List<SiteRecord> answered = new ArrayList<>();
        store.read(sql -> RunRows.replies(sql, run.id(), run.round(), run.exchange()))
                .forEach(reply -> sites.stream()
                        .filter(site -> site.name().equals(reply.site()))
                        .forEach(answered::add));
        if (sites.isEmpty()) {
            // Nobody whom a round could wait for.
            setState(
                    run,
                    "stalled",
                    EventDraft.of(EventType.RUN_STALLED, "hub", "hub")
                            .about(run.id() + "/" + run.round() + "/" + run.exchange())
                            .refused("BELOW_QUORUM")
                            .value("accepted", 0));
            return;
        }
        List<InstructionRecord> sent = new ArrayList<>();
        for (SiteRecord site : sites) {
            if (!answered.contains(site)) {
                sent.add(instruction(run, site));
            }
        }
        store.writeNow(sql -> {
            for (InstructionRecord old : RunRows.ofRound(sql, run.id(), run.round(), run.exchange())) {
                if ("open".equals(old.state())) {
                    RunRows.setState(sql, old.digest(), "void");
                }
            }
            RunRows.update(sql, run);
            events.add(
                    sql,
                    EventDraft.of(EventType.ROUND_OPENED, "hub", "hub")
                            .about(run.id() + "/" + run.round() + "/" + run.exchange())
                            .value("sites", sites.size())
                            .ref("model", run.model()));
            for (InstructionRecord instruction : sent) {
                RunRows.insert(sql, instruction, clock.millis());
                events.add(
                        sql,
                        EventDraft.of(EventType.INSTRUCTION_SENT, "hub", "hub")
                                .about(run.id() + "/" + run.round() + "/" + run.exchange())
                                .value("site", instruction.site())
                                .ref("instruction", instruction.digest()));
            }
            return sent.size();
        });
        sent.forEach(instruction -> fleet.send(instruction.nodeId(), message(run, instruction)));
        timer.schedule(
                () -> later(() -> advance(run.id())), run.deadline() - clock.millis() + 50, TimeUnit.MILLISECONDS);
        changed();
        later(() -> advance(run.id()));
    }

    /** Closes the open exchange when everybody answered or the deadline has passed; below quorum the run stalls. */
    private void advance(String id) {
        RunRecord run = get(id);
        if (!run.running()) {
            return;
        }
        if (run.round() == 0) {
            openRound(id);
            return;
        }
        if (result(run.id(), run.round(), run.exchange()).isPresent()) {
            openRound(id);
            return;
        }
        List<InstructionRecord> all = instructions(id, run.round(), run.exchange());
        if (all.isEmpty()) {
            ask(run);
            return;
        }
        List<ReplyRecord> replies = replies(id, run.round(), run.exchange());
        List<InstructionRecord> open = all.stream()
                .filter(instruction -> "open".equals(instruction.state()))
                .toList();
        boolean over = clock.millis() >= run.deadline();
        if (!open.isEmpty() && !over) {
            return;
        }
        List<ReplyRecord> accepted =
                replies.stream().filter(ReplyRecord::accepted).toList();
        int quorum =
                run.governed() ? study(run).participation().quorum() : plan(run).nodes();
        if (accepted.size() < quorum) {
            setState(
                    run,
                    "stalled",
                    EventDraft.of(EventType.RUN_STALLED, "hub", "hub")
                            .about(id + "/" + run.round() + "/" + run.exchange())
                            .refused("BELOW_QUORUM")
                            .value("accepted", accepted.size())
                            .value("quorum", quorum));
            return;
        }
        close(run, replies, accepted, open);
    }

    private void close(
            RunRecord run, List<ReplyRecord> replies, List<ReplyRecord> accepted, List<InstructionRecord> open) {
        boolean evaluate = "evaluate".equals(run.exchange());
        ModelVersion before = models.get(run.model().hex());
        ModelVersion version = evaluate ? before : next(run, before, replies, accepted);
        String result = evaluate ? evaluation(run, accepted) : "{}";
        Digest model = version.digest();
        store.writeNow(sql -> {
            if (!evaluate) {
                models.add(sql, version);
            }
            RunRecord closed = new RunRecord(
                    run.id(),
                    run.flowerRun(),
                    run.study(),
                    run.state(),
                    run.governed(),
                    run.round(),
                    run.exchange(),
                    model,
                    run.deadline(),
                    run.plan());
            RunRows.update(sql, closed);
            sql.sql("INSERT INTO round(run, round, exchange, model, result, closed) VALUES (?, ?, ?, ?, ?, ?)")
                    .params(run.id(), run.round(), run.exchange(), model.hex(), result, clock.millis())
                    .update();
            open.forEach(instruction -> RunRows.setState(sql, instruction.digest(), "void"));
            events.add(
                    sql,
                    EventDraft.of(EventType.ROUND_CLOSED, "hub", "hub")
                            .about(run.id() + "/" + run.round() + "/" + run.exchange())
                            .value("counted", accepted.size())
                            .value("awaited", open.size())
                            .ref("model", model));
            if (run.governed()) {
                replies.forEach(reply -> receipt(sql, run, reply, model));
            }
            return true;
        });
        open.forEach(instruction -> fleet.withdraw(instruction.nodeId(), instruction.messageId()));
        changed();
        openRound(run.id());
    }

    private ModelVersion next(
            RunRecord run, ModelVersion before, List<ReplyRecord> replies, List<ReplyRecord> accepted) {
        List<ModelVersion.Input> inputs = accepted.stream()
                .map(reply -> new ModelVersion.Input(reply.site(), reply.digest(), reply.update(), reply.weight()))
                .toList();
        List<ModelVersion.Rejected> rejected = replies.stream()
                .filter(reply -> !reply.accepted())
                .map(reply -> new ModelVersion.Rejected(reply.site(), reply.reason()))
                .toList();
        String rule =
                !run.governed() ? "weights" : study(run).plan() instanceof TrainingPlan.Newton ? "newton" : "mean";
        ModelVersion draft = new ModelVersion(
                ModelVersion.SCHEMA,
                federation,
                run.study(),
                run.id(),
                run.round(),
                before.specs(),
                before.arrays(),
                before.digest(),
                rule,
                inputs,
                rejected,
                run.governed());
        Combine.Result combined = combine(draft, before);
        objects.keep(combined.draft(), combined.digest());
        return new ModelVersion(
                ModelVersion.SCHEMA,
                federation,
                run.study(),
                run.id(),
                run.round(),
                before.specs(),
                combined.digest(),
                before.digest(),
                rule,
                inputs,
                rejected,
                run.governed());
    }

    private Combine.Result combine(ModelVersion version, ModelVersion before) {
        List<Combine.Part> parts = version.inputs().stream()
                .map(input -> new Combine.Part(objects.file(input.update()), input.weight()))
                .toList();
        return switch (version.rule()) {
            case "mean" -> Combine.mean(version.specs(), objects.file(before.arrays()), parts, objects);
            case "weights" -> Combine.mean(version.specs(), null, parts, objects);
            case "newton" -> newton(version, before, parts);
            default ->
                throw CallException.refused(
                        "NOT_REPLAYABLE", "a version made by rule " + version.rule() + " has no updates");
        };
    }

    private Combine.Result newton(ModelVersion version, ModelVersion before, List<Combine.Part> parts) {
        TrainingPlan.Newton plan = (TrainingPlan.Newton)
                studies.get(version.study().hex()).document().plan();
        int d = Math.toIntExact(
                version.specs().stream().mapToLong(ArraySpec::elements).sum());
        double[] sums = Combine.sumDoubles(d + d * d, parts);
        double[] gradient = java.util.Arrays.copyOf(sums, d);
        double[] hessian = java.util.Arrays.copyOfRange(sums, d, d + d * d);
        return Combine.write(
                NewtonStep.next(Combine.doubles(objects.file(before.arrays()), d), gradient, hessian, plan.ridge()),
                objects);
    }

    private String evaluation(RunRecord run, List<ReplyRecord> accepted) {
        Study study = study(run);
        int bins = study.evaluation().bins();
        List<Combine.Part> parts = accepted.stream()
                .map(reply -> new Combine.Part(objects.file(reply.update()), 1))
                .toList();
        long[] sums = Combine.sumCounts(2L * bins, parts);
        long[] negatives = java.util.Arrays.copyOf(sums, bins);
        long[] positives = java.util.Arrays.copyOfRange(sums, bins, 2 * bins);
        AucEstimate auc =
                HistogramAuc.estimate(negatives, positives, study.evaluation().noiseSigma(), accepted.size());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("auc", auc.auc());
        result.put("low", auc.low());
        result.put("high", auc.high());
        result.put("estimable", auc.estimable());
        result.put("binning", auc.binning());
        result.put("positives", auc.positives());
        result.put("negatives", auc.negatives());
        result.put("noiseSigma", study.evaluation().noiseSigma());
        result.put("sites", accepted.size());
        return new String(CanonicalJson.write(result), StandardCharsets.UTF_8);
    }

    private void receipt(JdbcClient sql, RunRecord run, ReplyRecord reply, Digest model) {
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
                now());
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
                        .about(run.id() + "/" + run.round() + "/" + run.exchange())
                        .value("site", reply.site())
                        .value("outcome", receipt.outcome())
                        .ref("receipt", signed.digest())
                        .ref("reply", reply.digest()));
    }

    private InstructionRecord instruction(RunRecord run, SiteRecord site) {
        long fence = store.read(sql -> sql.sql("SELECT COALESCE(MAX(fence), 0) + 1 FROM instruction")
                .query(Long.class)
                .single());
        ModelVersion model = models.get(run.model().hex());
        Instant issued = now();
        String envelope = "";
        Digest digest;
        if (run.governed()) {
            Digest capsule = studies.capsule(site.name(), run.study())
                    .map(SignedDocument::digest)
                    .orElse(Reply.NOTHING);
            Instruction instruction = new Instruction(
                    Instruction.SCHEMA,
                    federation,
                    run.study(),
                    run.id(),
                    run.round(),
                    run.exchange(),
                    site.name(),
                    site.nodeId(),
                    run.model(),
                    model.arrays(),
                    capsule,
                    fence,
                    issued,
                    Instant.ofEpochMilli(run.deadline()));
            SignedDocument<Instruction> signed = SignedDocument.sign(instruction, hubKey);
            envelope = new String(signed.bytes(), StandardCharsets.UTF_8);
            digest = signed.digest();
        } else {
            digest = Digest.of(
                    (run.id() + "/" + run.round() + "/" + site.name() + "/" + fence).getBytes(StandardCharsets.UTF_8));
        }
        Metadata metadata = Metadata.newBuilder()
                .setRunId(Long.parseUnsignedLong(run.flowerRun()))
                .setSrcNodeId(1)
                .setDstNodeId(Long.parseUnsignedLong(site.nodeId()))
                .setGroupId(Integer.toString(run.round()))
                .setTtl(FLOWER_TTL)
                .setMessageType(run.exchange())
                .setCreatedAt(clock.millis() / 1000.0)
                .build();
        InstructionRecord record = new InstructionRecord(
                digest,
                run.id(),
                run.round(),
                run.exchange(),
                site.name(),
                site.nodeId(),
                fence,
                "",
                Base64.getEncoder().encodeToString(metadata.toByteArray()),
                envelope,
                "open");
        String messageId = message(run, record).id();
        return new InstructionRecord(
                record.digest(),
                record.run(),
                record.round(),
                record.exchange(),
                record.site(),
                record.nodeId(),
                record.fence(),
                messageId,
                record.metadata(),
                record.envelope(),
                record.state());
    }

    /** The Flower message of an instruction; the same bytes whenever it is built. */
    private OutgoingMessage message(RunRecord run, InstructionRecord instruction) {
        ModelVersion model = modelFor(run, instruction);
        OutgoingMessage.Builder builder = new OutgoingMessage.Builder()
                .arrays("arrays", ArrayContent.of(model.specs(), objects.file(model.arrays())))
                .config("config", "server-round", instruction.round());
        if (!instruction.envelope().isEmpty()) {
            builder.config(
                    Instruction.RECORD,
                    Instruction.RECORD,
                    instruction.envelope().getBytes(StandardCharsets.UTF_8));
        }
        try {
            return builder.build(Metadata.parseFrom(Base64.getDecoder().decode(instruction.metadata())));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored message's metadata is damaged", e);
        }
    }

    private ModelVersion modelFor(RunRecord run, InstructionRecord instruction) {
        int round = "evaluate".equals(instruction.exchange()) ? instruction.round() : instruction.round() - 1;
        return models.ofRun(run.id()).stream()
                .filter(model -> model.round() == round)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a round has no model to start from"));
    }

    private List<SiteRecord> ready(Study study) {
        return studies.asked(study).stream()
                .filter(site -> studies.capsule(site.name(), study.digest()).isPresent())
                .toList();
    }

    private List<SiteRecord> flowerNodes(RunRecord run) {
        return store
                .read(sql -> sql.sql(
                                "SELECT name FROM site WHERE kind = 'flower' AND state = 'confirmed' ORDER BY name LIMIT ?")
                        .param(plan(run).nodes())
                        .query(String.class)
                        .list())
                .stream()
                .map(name -> sites.find(name).orElseThrow())
                .toList();
    }

    private RunRecord setState(RunRecord run, String state, EventDraft event) {
        RunRecord changed = new RunRecord(
                run.id(),
                run.flowerRun(),
                run.study(),
                state,
                run.governed(),
                run.round(),
                run.exchange(),
                run.model(),
                run.deadline(),
                run.plan());
        store.writeNow(sql -> {
            RunRows.update(sql, changed);
            return events.add(sql, event);
        });
        events.publish();
        changed();
        return changed;
    }

    private Study study(RunRecord run) {
        return studies.get(run.study().hex()).document();
    }

    private static UngovernedPlan plan(RunRecord run) {
        return CanonicalJson.read(run.plan().getBytes(StandardCharsets.UTF_8), UngovernedPlan.class);
    }

    private long seconds(RunRecord run) {
        return run.governed()
                ? study(run).participation().roundSeconds()
                : Duration.ofMinutes(10).toSeconds();
    }

    private AppBundle app(RunRecord run) {
        return run.governed()
                ? stubFab
                : AppBundle.read(Base64.getDecoder().decode(plan(run).fab()));
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    private void later(Runnable step) {
        deciding.execute(() -> {
            try {
                step.run();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a round's step failed; the run waits for resume or restart");
            }
        });
    }

    private Instant now() {
        return clock.instant().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    }

    private byte[] bytes(int count) {
        byte[] raw = new byte[count];
        random.nextBytes(raw);
        return raw;
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
