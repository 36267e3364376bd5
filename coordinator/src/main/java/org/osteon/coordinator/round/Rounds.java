package org.osteon.coordinator.round;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.coordinator.aggregation.Strategy;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.fleet.AppBundle;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.fleet.ReplySink;
import org.osteon.coordinator.fleet.Spool;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.store.Alongside;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.InitialModel;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.wire.Message;
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

    /** Replies that are read at a time: most of that is waiting for the disk. */
    private static final int READERS = 8;

    private static final String SITE_REVOKED = "SITE_REVOKED";
    private static final long AGAIN_MILLIS = 1_000;
    private static final long MOST_AGAIN_MILLIS = 60_000;

    /** Runs of which a step of the hub's own failed and is tried again, with the time of the first failure. */
    private final Map<String, Instant> failing = new ConcurrentHashMap<>();

    private final HubStore store;
    private final HubEvents events;
    private final Sites sites;
    private final Studies studies;
    private final Models models;
    private final ObjectStore objects;
    private final Clock clock;
    private final ScheduledExecutorService timer;
    private final ReplyReader reader;
    private final Instructions instructions;
    private final Versions versions;
    private final Receipts receipts;
    private final ExecutorService deciding = Executors.newSingleThreadExecutor(task -> thread(task, "hub-rounds"));
    private final ExecutorService reading = Executors.newFixedThreadPool(READERS, task -> thread(task, "hub-replies"));
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
        this.clock = clock;
        this.timer = timer;
        this.reader = new ReplyReader(studies, objects, spool);
        this.instructions = new Instructions(studies, models, objects, hubKey, federation, clock);
        this.versions = new Versions(studies, models, objects, federation);
        this.receipts = new Receipts(events, hubKey, federation, clock);
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
        return start(study, engineer, Alongside.nothing());
    }

    /** Starts a run, and writes something in the same transaction. */
    public RunRecord start(Study study, String engineer, Alongside<RunRecord> alongside) {
        List<SiteRecord> ready = ready(study);
        if (ready.size() < study.participation().quorum()) {
            throw CallException.refused(
                    "QUORUM_NOT_APPROVED",
                    ready.size() + " sites have approved this study, "
                            + study.participation().quorum()
                            + " are needed; the data officers of the others can change it");
        }
        String id = newId("r-");
        ModelVersion first = versions.initial(
                id, study.digest(), true, study.model().arrays(), out -> InitialModel.write(study.model(), out));
        return begin(
                new RunRecord(
                        id,
                        flowerId(),
                        study.digest(),
                        new RunState.Running(),
                        true,
                        0,
                        "train",
                        first.digest(),
                        0,
                        ""),
                first,
                EventDraft.of(EventType.RUN_STARTED, engineer, "ml-engineer")
                        .about(id)
                        .ref("study", study.digest()),
                alongside);
    }

    /** Starts an ungoverned run over unmodified Flower nodes; its models can never be released. */
    public RunRecord startUngoverned(UngovernedPlan plan, InitialArrays initialArrays, String engineer) {
        AppBundle.read(Base64.getDecoder().decode(plan.fab()));
        String id = newId("u-");
        ModelVersion first = versions.initial(id, Reply.NOTHING, false, plan.arrays(), initialArrays::write);
        return begin(
                new RunRecord(
                        id,
                        flowerId(),
                        Reply.NOTHING,
                        new RunState.Running(),
                        false,
                        0,
                        plan.exchange(),
                        first.digest(),
                        0,
                        new String(CanonicalJson.write(plan), StandardCharsets.UTF_8)),
                first,
                EventDraft.of(EventType.UNGOVERNED_RUN_STARTED, engineer, "ml-engineer")
                        .about(id),
                Alongside.nothing());
    }

    private RunRecord begin(RunRecord run, ModelVersion first, EventDraft started, Alongside<RunRecord> alongside) {
        store.writeNow(sql -> {
            RunRows.insert(sql, run, clock.millis());
            events.add(sql, started);
            models.add(sql, first);
            alongside.write(sql, run);
            return run;
        });
        later(run.id(), () -> openRound(run.id()));
        return run;
    }

    /** After a start: puts open messages into mailboxes again and goes on with every run. */
    public void goOn() {
        for (InstructionRecord open : store.read(RunRows::open)) {
            RunRecord run = get(open.run());
            if (run.running()) {
                fleet.sendAgain(open.nodeId(), instructions.message(run, open));
            } else if (run.paused()) {
                fleet.sendWithheld(open.nodeId(), instructions.message(run, open));
            }
        }
        store.read(RunRows::runs).stream().filter(RunRecord::running).forEach(run -> {
            lookAgainAtDeadline(run);
            later(run.id(), () -> advance(run.id()));
        });
    }

    /** Looks at every run that goes on again: who is awaited has changed. */
    public void lookAgain() {
        store.read(RunRows::runs).stream()
                .filter(RunRecord::running)
                .forEach(run -> later(run.id(), () -> advance(run.id())));
    }

    /** Stops a run; open instructions are void. */
    public RunRecord stop(String id, String engineer) {
        return stop(id, engineer, Alongside.nothing());
    }

    /** Stops a run, and writes something in the same transaction. */
    public RunRecord stop(String id, String engineer, Alongside<RunRecord> alongside) {
        return decide(() -> {
            RunRecord run = get(id);
            if (!(run.state() instanceof RunState.Stoppable stoppable)) {
                throw CallException.wrong(
                        "RUN_NOT_RUNNING", "run " + id + " is " + run.state().text());
            }
            List<InstructionRecord> open = open(run);
            RunRecord stopped = run.in(stoppable.stop());
            EventDraft event = EventDraft.of(EventType.RUN_STOPPED, engineer, "ml-engineer")
                    .about(id);
            store.writeNow(sql -> {
                RunRows.update(sql, stopped);
                open.forEach(instruction -> end(sql, instruction, "void"));
                events.add(sql, event);
                alongside.write(sql, stopped);
                return stopped;
            });
            withdraw(open);
            published();
            return stopped;
        });
    }

    /**
     * Lets a run wait: instructions that no site has taken are withheld, no round is opened or closed; a reply to one
     * that was taken counts as ever.
     */
    public RunRecord pause(String id, String engineer) {
        return pause(id, engineer, Alongside.nothing());
    }

    /** Pauses a run, and writes something in the same transaction. */
    public RunRecord pause(String id, String engineer, Alongside<RunRecord> alongside) {
        return decide(() -> {
            RunRecord run = get(id);
            if (!(run.state() instanceof RunState.Running running)) {
                throw CallException.wrong(
                        "RUN_NOT_RUNNING",
                        "run " + id + " is " + run.state().text() + "; only a running run is paused");
            }
            // First of all: what is not handed out now is not handed out.
            List<InstructionRecord> open = open(run);
            open.forEach(instruction -> fleet.withhold(instruction.nodeId(), instruction.messageId()));
            try {
                return setState(
                        run.in(running.pause(engineer, clock.instant().truncatedTo(ChronoUnit.MILLIS))),
                        EventDraft.of(EventType.RUN_PAUSED, engineer, "ml-engineer")
                                .about(id),
                        alongside);
            } catch (RuntimeException e) {
                open.forEach(instruction -> fleet.handOut(instruction.nodeId(), instruction.messageId()));
                throw e;
            }
        });
    }

    /**
     * Goes on with a paused, stalled or stopped run. The open instructions of a paused one are handed out when their
     * deadline has not passed; else sites without an accepted reply are asked again, under a new fence.
     */
    public RunRecord resume(String id, String engineer) {
        return resume(id, engineer, Alongside.nothing());
    }

    /** Resumes a run, and writes something in the same transaction. */
    public RunRecord resume(String id, String engineer, Alongside<RunRecord> alongside) {
        return decide(() -> {
            RunRecord run = get(id);
            if (!(run.state() instanceof RunState.Resumable resumable)) {
                throw CallException.wrong(
                        "RUN_NOT_STALLED",
                        "run " + id + " is " + run.state().text()
                                + "; only a paused, stalled or stopped run is resumed");
            }
            EventDraft event = EventDraft.of(EventType.RUN_RESUMED, engineer, "ml-engineer")
                    .about(id);
            RunRecord again = setState(run.in(resumable.resume()), event, alongside);
            try {
                goOn(again, resumable instanceof RunState.Paused);
            } catch (RuntimeException e) {
                later(id, () -> advance(id));
                throw e;
            }
            return get(id);
        });
    }

    private void goOn(RunRecord again, boolean wasPaused) {
        if (again.round() == 0
                || result(again.id(), again.round(), again.exchange()).isPresent()) {
            openRound(again.id());
        } else if (wasPaused && clock.millis() < again.deadline()) {
            open(again).forEach(instruction -> fleet.handOut(instruction.nodeId(), instruction.messageId()));
            lookAgainAtDeadline(again);
            advance(again.id());
        } else {
            ask(again);
        }
    }

    /** A run by id. */
    public RunRecord get(String id) {
        return store.read(sql -> RunRows.run(sql, id))
                .orElseThrow(() -> CallException.absent("RUN_UNKNOWN", "no run " + id));
    }

    /** A run by Flower's run id, unsigned decimal. */
    public Optional<RunRecord> ofFlower(String flowerRun) {
        return store.read(sql -> RunRows.runByFlowerId(sql, flowerRun));
    }

    /** All runs, newest first. */
    public List<RunRecord> all() {
        return store.read(RunRows::runs);
    }

    /** Replies of a round. */
    public List<ReplyRecord> replies(String run, int round, String exchange) {
        return store.read(sql -> RunRows.replies(sql, run, round, exchange));
    }

    /** Replies to one kind of exchange in all rounds of a run, by round. */
    Map<Integer, List<ReplyRecord>> replies(String run, String exchange) {
        return store.read(sql -> RunRows.replies(sql, run, exchange));
    }

    /** The rounds of a run in which an exchange is closed. */
    Set<Integer> closed(String run, String exchange) {
        return store.read(sql -> RunRows.closed(sql, run, exchange));
    }

    /** How many have answered the open exchange, and how many of them do not count. */
    String answers(RunRecord run) {
        return store.read(sql -> RunRows.answers(sql, run));
    }

    /** Messages of a round. */
    public List<InstructionRecord> instructions(String run, int round, String exchange) {
        return store.read(sql -> RunRows.ofRound(sql, run, round, exchange));
    }

    /** The result text of a closed exchange. */
    public Optional<String> result(String run, int round, String exchange) {
        return store.read(sql -> RunRows.result(sql, run, round, exchange));
    }

    /** Recomputes a round's model from the stored updates. */
    public Map<String, Object> replay(String id, int round) {
        ModelVersion version = models.ofRound(id, round)
                .orElseThrow(
                        () -> CallException.absent("ROUND_UNKNOWN", "run " + id + " has no model of round " + round));
        Versions.Again actual = versions.again(get(id), version);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(
                "ok", actual.arrays().equals(version.arrays()) && actual.state().equals(version.state()));
        answer.put("expected", version.arrays().hex());
        answer.put("actual", actual.arrays().hex());
        if (!version.state().isEmpty()) {
            answer.put("expectedState", hex(version.state()));
            answer.put("actualState", hex(actual.state()));
        }
        return answer;
    }

    private static Map<String, String> hex(List<ModelVersion.State> state) {
        Map<String, String> kept = new LinkedHashMap<>();
        state.forEach(one -> kept.put(one.name(), one.values().hex()));
        return kept;
    }

    @Override
    public Optional<RunFacts> run(long flowerRun) {
        return store.read(sql -> RunRows.runByFlowerId(sql, Long.toUnsignedString(flowerRun)))
                .map(run -> new RunFacts(flowerRun, app(run), run.taking()));
    }

    @Override
    public void left(SiteRecord node) {
        sites.leave(node);
        lookAgain();
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

    private ReplyReader.Judged read(SiteRecord node, Message message) {
        String replyTo = message.getMetadata().getReplyToMessageId();
        InstructionRecord to = store.read(sql -> RunRows.byMessage(sql, node.nodeId(), replyTo))
                .orElseThrow(() -> new IllegalStateException("a mailbox holds a message without a row"));
        return reader.read(node, get(to.run()), to, message);
    }

    /**
     * File first, then one transaction: reply row, instruction state, event; the acknowledgement follows the commit.
     */
    private CompletionStage<Void> commit(ReplyReader.Judged judged) {
        judged.draft().ifPresent(draft -> objects.keep(draft, judged.reply().update()));
        return store.write(sql -> enter(sql, judged)).thenAccept(fresh -> {
            if (fresh) {
                changed();
                InstructionRecord to = judged.to();
                // Whoever comes last closes the exchange; looking after every reply would take the square of their
                // number.
                if (!store.read(sql -> RunRows.awaits(sql, to.run(), to.round(), to.exchange()))) {
                    later(to.run(), () -> advance(to.run()));
                }
            }
        });
    }

    private boolean enter(JdbcClient sql, ReplyReader.Judged judged) {
        InstructionRecord to = judged.to();
        if (RunRows.replyTo(sql, to.digest()).isPresent()) {
            return false;
        }
        RunRecord run = RunRows.run(sql, to.run()).orElseThrow();
        InstructionRecord current =
                RunRows.byMessage(sql, to.nodeId(), to.messageId()).orElseThrow();
        boolean late = !"open".equals(current.state())
                || !run.taking()
                || run.round() != to.round()
                || !run.exchange().equals(to.exchange());
        ReplyRecord reply = late && judged.reply().accepted() ? judged.reply().late() : judged.reply();
        RunRows.insert(sql, reply, to, judged.envelope(), clock.millis());
        end(sql, to, "replied");
        events.add(
                sql,
                EventDraft.of(EventType.UPDATE_RECEIVED, reply.site(), "site")
                        .about(to.about())
                        .ref("instruction", reply.instruction())
                        .ref("reply", reply.digest())
                        .ref("update", reply.update()));
        EventType type = reply.accepted() ? EventType.UPDATE_ACCEPTED : EventType.UPDATE_REJECTED;
        EventDraft verdict = EventDraft.of(type, "hub", "hub")
                .about(to.about())
                .value("site", reply.site())
                .ref("reply", reply.digest());
        events.add(sql, reply.accepted() ? verdict : verdict.refused(reply.reason()));
        return true;
    }

    /** An instruction is open no longer; what went over it is kept with its state. */
    private void end(JdbcClient sql, InstructionRecord instruction, String state) {
        RunRows.setState(
                sql, instruction.digest(), state, fleet.traffic(instruction.nodeId(), instruction.messageId()));
    }

    private void openRound(String id) {
        RunRecord run = get(id);
        if (!(run.state() instanceof RunState.Running running)) {
            return;
        }
        RunPlan plan = RunPlan.of(run, studies);
        boolean last = run.round() >= plan.rounds();
        if (plan.evaluates() && run.evaluating() || last && !plan.evaluates()) {
            setState(
                    run.in(running.complete()),
                    EventDraft.of(EventType.RUN_COMPLETED, "hub", "hub")
                            .about(id)
                            .ref("model", run.model()));
            return;
        }
        ask(last ? run.at(run.round(), "evaluate") : run.at(run.round() + 1, plan.exchange()));
    }

    /** Sends the open round's instructions to every ready site that has no accepted reply in it. */
    private void ask(RunRecord asked) {
        RunPlan plan = RunPlan.of(asked, studies);
        RunRecord run = asked.until(clock.millis() + plan.roundSeconds() * 1000L);
        List<SiteRecord> sites =
                plan instanceof RunPlan.Governed governed ? ready(governed.study()) : flowerNodes(plan.quorum());
        if (sites.isEmpty() && run.state() instanceof RunState.Running running) {
            // Nobody whom a round could wait for.
            stall(run, running, 0, plan.quorum());
            return;
        }
        Set<String> answered = replies(run.id(), run.round(), run.exchange()).stream()
                .filter(ReplyRecord::accepted)
                .map(ReplyRecord::site)
                .collect(Collectors.toSet());
        long fence = store.read(RunRows::nextFence);
        List<InstructionRecord> sent = new ArrayList<>();
        for (SiteRecord site : sites) {
            if (!answered.contains(site.name())) {
                sent.add(instructions.write(run, site, fence));
            }
        }
        List<InstructionRecord> old = open(run);
        store.writeNow(sql -> {
            old.forEach(instruction -> end(sql, instruction, "void"));
            RunRows.update(sql, run);
            events.add(
                    sql,
                    EventDraft.of(EventType.ROUND_OPENED, "hub", "hub")
                            .about(run.about())
                            .value("sites", sites.size())
                            .ref("model", run.model()));
            for (InstructionRecord instruction : sent) {
                RunRows.insert(sql, instruction, clock.millis());
                events.add(
                        sql,
                        EventDraft.of(EventType.INSTRUCTION_SENT, "hub", "hub")
                                .about(run.about())
                                .value("site", instruction.site())
                                .ref("instruction", instruction.digest()));
            }
            return sent.size();
        });
        withdraw(old);
        sent.forEach(instruction -> fleet.send(instruction.nodeId(), instructions.message(run, instruction)));
        lookAgainAtDeadline(run);
        changed();
        later(run.id(), () -> advance(run.id()));
    }

    /** Closes the open exchange when everybody answered or the deadline has passed; below quorum the run stalls. */
    private void advance(String id) {
        RunRecord run = get(id);
        if (!(run.state() instanceof RunState.Running running)) {
            return;
        }
        if (run.round() == 0 || result(run.id(), run.round(), run.exchange()).isPresent()) {
            openRound(id);
            return;
        }
        if (instructions(id, run.round(), run.exchange()).isEmpty()) {
            ask(run);
            return;
        }
        excludeRevoked(run);
        List<InstructionRecord> open = open(run);
        if (open.stream().anyMatch(this::canAnswer) && clock.millis() < run.deadline()) {
            return;
        }
        List<ReplyRecord> replies = replies(id, run.round(), run.exchange());
        List<ReplyRecord> accepted =
                replies.stream().filter(ReplyRecord::accepted).toList();
        RunPlan plan = RunPlan.of(run, studies);
        if (accepted.size() < plan.quorum()) {
            stall(run, running, accepted.size(), plan.quorum());
            return;
        }
        Optional<String> fault = plan.makesModel(run.exchange())
                ? Strategy.fault(plan.aggregation(), accepted.size())
                : Optional.empty();
        if (fault.isPresent()) {
            stall(
                    run,
                    running,
                    fault.orElseThrow(),
                    accepted.size(),
                    plan.aggregation().fewest());
            return;
        }
        try {
            close(run, replies, accepted, open);
        } catch (CallException e) {
            // The updates come to no model: the same files would again, so it is for a person to decide.
            stall(run, running, e.code(), accepted.size(), plan.quorum());
        }
    }

    /** An accepted reply whose site was revoked before the exchange is closed does not count. */
    private void excludeRevoked(RunRecord run) {
        boolean excluded = store.writeNow(sql -> {
            List<ReplyRecord> gone = RunRows.acceptedOfRevoked(sql, run.id(), run.round(), run.exchange());
            for (ReplyRecord reply : gone) {
                RunRows.reject(sql, reply.digest(), SITE_REVOKED);
                events.add(
                        sql,
                        EventDraft.of(EventType.UPDATE_REJECTED, "hub", "hub")
                                .about(run.about())
                                .value("site", reply.site())
                                .ref("reply", reply.digest())
                                .refused(SITE_REVOKED));
            }
            return !gone.isEmpty();
        });
        if (excluded) {
            published();
        }
    }

    private void stall(RunRecord run, RunState.Running running, int accepted, int quorum) {
        stall(run, running, "BELOW_QUORUM", accepted, quorum);
    }

    private void stall(RunRecord run, RunState.Running running, String code, int accepted, int quorum) {
        setState(
                run.in(running.stall()),
                EventDraft.of(EventType.RUN_STALLED, "hub", "hub")
                        .about(run.about())
                        .refused(code)
                        .value("accepted", accepted)
                        .value("quorum", quorum));
    }

    private void close(
            RunRecord run, List<ReplyRecord> replies, List<ReplyRecord> accepted, List<InstructionRecord> open) {
        long combining = clock.millis();
        Optional<ModelVersion> version = RunPlan.of(run, studies).makesModel(run.exchange())
                ? Optional.of(versions.next(run, replies, accepted))
                : Optional.empty();
        String result = version.isPresent()
                ? "{}"
                : run.governed()
                        ? EvaluationResult.of(study(run), accepted, objects)
                        : NodeMetrics.ofRound(accepted, objects);
        RunRecord closed = version.map(made -> run.with(made.digest())).orElse(run);
        boolean counted = store.writeNow(sql -> {
            // Combining takes a while; whoever was revoked in it is not in what is closed.
            if (!RunRows.acceptedOfRevoked(sql, run.id(), run.round(), run.exchange())
                    .isEmpty()) {
                return false;
            }
            version.ifPresent(made -> models.add(sql, made));
            RunRows.update(sql, closed);
            RunRows.close(sql, closed, result, combining, clock.millis());
            open.forEach(instruction -> end(sql, instruction, "void"));
            events.add(
                    sql,
                    EventDraft.of(EventType.ROUND_CLOSED, "hub", "hub")
                            .about(run.about())
                            .value("counted", accepted.size())
                            .value("awaited", open.size())
                            .ref("model", closed.model()));
            if (run.governed()) {
                replies.forEach(reply -> receipts.write(sql, run, reply, closed.model()));
            }
            return true;
        });
        if (!counted) {
            later(run.id(), () -> advance(run.id()));
            return;
        }
        withdraw(open);
        changed();
        openRound(run.id());
    }

    /** Whether anybody could still answer; a revoked site's calls are refused. */
    private boolean canAnswer(InstructionRecord instruction) {
        return sites.find(instruction.site()).map(SiteRecord::active).orElse(false);
    }

    private List<InstructionRecord> open(RunRecord run) {
        return instructions(run.id(), run.round(), run.exchange()).stream()
                .filter(instruction -> "open".equals(instruction.state()))
                .toList();
    }

    private void withdraw(List<InstructionRecord> withdrawn) {
        withdrawn.forEach(instruction -> fleet.withdraw(instruction.nodeId(), instruction.messageId()));
    }

    private List<SiteRecord> ready(Study study) {
        return studies.asked(study).stream()
                .filter(site -> studies.capsule(site.name(), study.digest()).isPresent())
                .toList();
    }

    private List<SiteRecord> flowerNodes(int most) {
        return store.read(sql -> RunRows.flowerNodes(sql, most)).stream()
                .map(name -> sites.find(name).orElseThrow())
                .toList();
    }

    private RunRecord setState(RunRecord changed, EventDraft event) {
        return setState(changed, event, Alongside.nothing());
    }

    private RunRecord setState(RunRecord changed, EventDraft event, Alongside<RunRecord> alongside) {
        store.writeNow(sql -> {
            RunRows.update(sql, changed);
            events.add(sql, event);
            alongside.write(sql, changed);
            return changed;
        });
        published();
        return changed;
    }

    private void published() {
        events.publish();
        changed();
    }

    private Study study(RunRecord run) {
        return studies.get(run.study().hex()).document();
    }

    private AppBundle app(RunRecord run) {
        return RunPlan.of(run, studies) instanceof RunPlan.Ungoverned ungoverned
                ? AppBundle.read(Base64.getDecoder().decode(ungoverned.plan().fab()))
                : stubFab;
    }

    /** Since when the hub itself is what a run waits for: a step failed, as on a full disk, and is tried again. */
    public Optional<Instant> failingSince(String id) {
        return Optional.ofNullable(failing.get(id));
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    private void lookAgainAtDeadline(RunRecord run) {
        String id = run.id();
        timer.schedule(
                () -> later(id, () -> advance(id)),
                Math.max(0, run.deadline() - clock.millis()) + 50,
                TimeUnit.MILLISECONDS);
    }

    private void later(String id, Runnable step) {
        later(id, step, AGAIN_MILLIS);
    }

    /** Nobody calls when a run waits for nobody but the hub: what failed, on a full disk, is tried again. */
    private void later(String id, Runnable step, long again) {
        deciding.execute(() -> {
            try {
                step.run();
                if (failing.remove(id) != null) {
                    changed();
                }
            } catch (RuntimeException e) {
                failing.putIfAbsent(id, clock.instant());
                changed();
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("run", id)
                        .addKeyValue("againInMillis", again)
                        .log("a round's step failed; it is tried again");
                timer.schedule(
                        () -> later(id, () -> advance(id), Math.min(2 * again, MOST_AGAIN_MILLIS)),
                        again,
                        TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Takes a person's step in turn with all others; its own failure is thrown as it was. */
    private RunRecord decide(Supplier<RunRecord> step) {
        try {
            return CompletableFuture.supplyAsync(step, deciding).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private String newId(String prefix) {
        byte[] raw = new byte[4];
        random.nextBytes(raw);
        return prefix + HexFormat.of().formatHex(raw);
    }

    private String flowerId() {
        return Long.toUnsignedString(random.nextLong());
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
