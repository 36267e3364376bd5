package org.osteon.coordinator.round;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.study.Studies;
import org.osteon.privacy.bound.UpdateNormBound;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run as people see it: rounds, who was counted, rejected or refused and why, who is awaited. */
public final class RunView {
    /** An agent asks again within half of this. */
    private static final long SILENT_MILLIS = 60_000;

    /** Changes within so long are told together to readers of pages. */
    private static final long TOGETHER_MILLIS = 400;

    /** And so much longer for each reader who was told the last time: hundreds of them never crowd out the rounds. */
    private static final long PER_READER_MILLIS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(RunView.class);

    private final Rounds rounds;
    private final Studies studies;
    private final FleetHandlers fleet;
    private final Presence presence;
    private final Clock clock;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean promptPlanned = new AtomicBoolean();
    private final AtomicBoolean latePlanned = new AtomicBoolean();

    /** Nano time from which readers of pages are told again. */
    private volatile long rested = System.nanoTime();

    private final ScheduledExecutorService viewers = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "hub-viewers");
        thread.setDaemon(true);
        return thread;
    });

    /** Views over the rounds. */
    public RunView(Rounds rounds, Studies studies, FleetHandlers fleet, Presence presence, Clock clock) {
        this.rounds = rounds;
        this.studies = studies;
        this.fleet = fleet;
        this.presence = presence;
        this.clock = clock;
        rounds.onChange(() -> {
            lookSoon(true);
            lookSoon(false);
        });
    }

    private record Waiting(
            String run, String unless, boolean prompt, Consumer<RunRecord> consumer, AtomicBoolean told) {
        void tell(RunRecord record) {
            if (told.compareAndSet(false, true)) {
                consumer.accept(record);
            }
        }
    }

    /** What changes whenever a person would want to look again. */
    public String stateKey(RunRecord run) {
        return run.state().text() + "/" + run.round() + "/" + run.exchange() + "/" + rounds.answers(run);
    }

    /** Calls back once, when the state key differs or the time is over. */
    public void whenChanged(
            String run, String unless, int seconds, ScheduledExecutorService timer, Consumer<RunRecord> consumer) {
        await(new Waiting(run, unless, true, consumer, new AtomicBoolean()), seconds, timer);
    }

    /**
     * The same for a reader who is told of several changes together, at most a few times a second, the more seldom the
     * more they are.
     */
    public void whenChangedSoon(
            String run, String unless, int seconds, ScheduledExecutorService timer, Consumer<RunRecord> consumer) {
        await(new Waiting(run, unless, false, consumer, new AtomicBoolean()), seconds, timer);
    }

    private void await(Waiting one, int seconds, ScheduledExecutorService timer) {
        waiting.add(one);
        timer.schedule(
                () -> {
                    if (waiting.remove(one)) {
                        one.tell(rounds.get(one.run()));
                    }
                },
                seconds,
                TimeUnit.SECONDS);
        lookSoon(one.prompt());
    }

    /** A run as one of many: where it stands and who is awaited. */
    public Map<String, Object> summary(RunRecord run) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("run", run.id());
        view.put("study", run.study().hex());
        view.put("state", run.state().text());
        paused(view, run);
        view.put("round", run.round());
        view.put("exchange", run.exchange());
        view.put("governed", run.governed());
        view.put("model", run.model().hex());
        view.put("waitingFor", waitingFor(run));
        return view;
    }

    /** The same with which of its rounds are closed, without their replies. */
    public Map<String, Object> line(RunRecord run) {
        Map<String, Object> view = summary(run);
        Set<Integer> closed = rounds.closed(run.id(), asked(run));
        view.put(
                "rounds",
                IntStream.rangeClosed(1, run.round())
                        .mapToObj(round -> Map.of("number", round, "closed", closed.contains(round)))
                        .toList());
        return view;
    }

    /** The view. */
    public Map<String, Object> of(RunRecord run) {
        Map<String, Object> view = head(run);
        String asked = asked(run);
        Map<Integer, List<ReplyRecord>> replies = rounds.replies(run.id(), asked);
        Set<Integer> closed = rounds.closed(run.id(), asked);
        boolean keeps = !RunPlan.of(run, studies).makesModel(asked);
        List<Map<String, Object>> list = new ArrayList<>();
        for (int round = 1; round <= run.round(); round++) {
            Map<String, Object> one =
                    round(round, asked, replies.getOrDefault(round, List.of()), closed.contains(round));
            if (keeps) {
                rounds.result(run.id(), round, asked).ifPresent(result -> one.put("answers", tree(result)));
            }
            list.add(one);
        }
        view.put("rounds", list);
        if (run.governed() && run.evaluating()) {
            int last = run.round();
            view.put(
                    "evaluationRound",
                    round(
                            last,
                            "evaluate",
                            rounds.replies(run.id(), last, "evaluate"),
                            rounds.result(run.id(), last, "evaluate").isPresent()));
        }
        return view;
    }

    /** The view without its rounds: where the run stands, who is awaited and why, what is claimed of it. */
    public Map<String, Object> head(RunRecord run) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("run", run.id());
        view.put("study", run.study().hex());
        view.put("state", run.state().text());
        paused(view, run);
        view.put("stateKey", stateKey(run));
        view.put("governed", run.governed());
        view.put("model", run.model().hex());
        view.put("waitingFor", waitingFor(run));
        if (run.governed() && run.evaluating()) {
            rounds.result(run.id(), run.round(), "evaluate").ifPresent(result -> view.put("evaluation", tree(result)));
        }
        if (run.governed()) {
            Study study = studies.get(run.study().hex()).document();
            view.put("guarantee", study.privacy().guarantee());
            view.put("epsilon", study.privacy().epsilon());
            view.put("delta", study.privacy().delta());
            view.put("unit", study.privacy().unit());
            view.put("accountant", study.privacy().accountant());
            view.put("sampling", study.privacy().sampling());
            if (study.plan() instanceof TrainingPlan.DpSgd) {
                UpdateNormBound bound = UpdateRules.bound(study);
                view.put(
                        "normBound",
                        Map.of(
                                "bound",
                                bound.bound(),
                                "quantile",
                                bound.quantile(),
                                "falseRejectRate",
                                bound.falseRejectRate()));
            }
        }
        return view;
    }

    /** What the run's rounds ask for. */
    private String asked(RunRecord run) {
        return RunPlan.of(run, studies).exchange();
    }

    private static Map<String, Object> round(int number, String exchange, List<ReplyRecord> replies, boolean isClosed) {
        List<String> counted = new ArrayList<>();
        List<Map<String, String>> rejected = new ArrayList<>();
        List<Map<String, String>> refused = new ArrayList<>();
        List<String> late = new ArrayList<>();
        for (ReplyRecord reply : replies) {
            Map<String, String> entry = Map.of("site", reply.site(), "reason", reply.reason());
            switch (reply.outcome()) {
                case "accepted" -> counted.add(reply.site());
                case "late" -> late.add(reply.site());
                case "refused" -> refused.add(entry);
                default -> rejected.add(entry);
            }
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("number", number);
        view.put("exchange", exchange);
        view.put("closed", isClosed);
        view.put("counted", counted);
        view.put("rejected", rejected);
        view.put("refused", refused);
        view.put("late", late);
        return view;
    }

    /**
     * Who is awaited: each with {@code site}, which is {@code hub} for the hub itself, {@code since} and the code
     * {@code why}.
     */
    public List<Map<String, Object>> waitingFor(RunRecord run) {
        List<Map<String, Object>> list = new ArrayList<>();
        rounds.failingSince(run.id()).ifPresent(since -> list.add(awaited("hub", since, "HUB_TRIES_AGAIN")));
        if (run.taking()) {
            for (InstructionRecord open : rounds.instructions(run.id(), run.round(), run.exchange())) {
                if ("open".equals(open.state())) {
                    long last = Math.max(fleet.lastContact(open.nodeId()), presence.contact(open.site()));
                    list.add(awaited(open.site(), Instant.ofEpochMilli(last), why(open, last)));
                }
            }
        }
        return list;
    }

    private static Map<String, Object> awaited(String who, Instant since, String why) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("site", who);
        view.put("since", since.toString());
        view.put("why", why);
        return view;
    }

    private String why(InstructionRecord open, long lastContact) {
        if (fleet.withholds(open.nodeId(), open.messageId())) {
            return "WITHHELD_BY_PAUSE";
        }
        if (presence.hungUp(open.site())) {
            return "HUNG_UP";
        }
        // An agent asks for work while it computes; a Flower node may be silent for as long as it computes.
        boolean silent = presence.contact(open.site()) > 0 && clock.millis() - lastContact > SILENT_MILLIS;
        return lastContact == 0 || silent ? "NOT_CONNECTED" : "COMPUTING_OR_SENDING";
    }

    private static void paused(Map<String, Object> view, RunRecord run) {
        if (run.state() instanceof RunState.Paused paused) {
            view.put("pausedBy", paused.by());
            view.put("pausedSince", paused.since().toString());
        }
    }

    /** Looks once for whoever asked meanwhile, on a thread of its own: rounds never wait for readers. */
    private void lookSoon(boolean prompt) {
        long millis = prompt ? 0 : Math.max(TOGETHER_MILLIS, TimeUnit.NANOSECONDS.toMillis(rested - System.nanoTime()));
        AtomicBoolean planned = prompt ? promptPlanned : latePlanned;
        if (!viewers.isShutdown() && planned.compareAndSet(false, true)) {
            viewers.schedule(
                    () -> {
                        planned.set(false);
                        look(prompt);
                    },
                    millis,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void look(boolean prompt) {
        Map<String, RunRecord> runs = new HashMap<>();
        Map<String, String> keys = new HashMap<>();
        int told = 0;
        for (Waiting one : waiting) {
            if (one.prompt() != prompt) {
                continue;
            }
            RunRecord run = runs.computeIfAbsent(one.run(), rounds::get);
            if (!keys.computeIfAbsent(one.run(), id -> stateKey(run)).equals(one.unless()) && waiting.remove(one)) {
                told++;
                try {
                    one.tell(run);
                } catch (RuntimeException e) {
                    LOG.atWarn().setCause(e).log("a reader of a run could not be told");
                }
            }
        }
        if (!prompt && told > 0) {
            rested = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TOGETHER_MILLIS + told * PER_READER_MILLIS);
        }
    }

    /** Ends the thread that tells readers. */
    public void close() {
        viewers.shutdownNow();
    }

    private static JsonNode tree(String json) {
        return CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
    }
}
