package org.osteon.coordinator.round;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.study.Studies;
import org.osteon.privacy.bound.UpdateNormBound;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

/** A run as people see it: rounds, who was counted, rejected or refused and why, who is awaited. */
public final class RunView {
    private final Rounds rounds;
    private final Studies studies;
    private final FleetHandlers fleet;
    private final List<Waiting> waiting = new CopyOnWriteArrayList<>();

    /** Views over the rounds. */
    public RunView(Rounds rounds, Studies studies, FleetHandlers fleet) {
        this.rounds = rounds;
        this.studies = studies;
        this.fleet = fleet;
        rounds.onChange(this::look);
    }

    private record Waiting(String run, String unless, Consumer<RunRecord> consumer, AtomicBoolean told) {
        void tell(RunRecord record) {
            if (told.compareAndSet(false, true)) {
                consumer.accept(record);
            }
        }
    }

    /** What changes whenever a person would want to look again. */
    public String stateKey(RunRecord run) {
        List<ReplyRecord> replies = rounds.replies(run.id(), run.round(), run.exchange());
        long without = replies.stream().filter(reply -> !reply.accepted()).count();
        return run.state().text() + "/" + run.round() + "/" + run.exchange() + "/" + replies.size()
                + (without == 0 ? "" : "-" + without);
    }

    /** Calls back once, when the state key differs or the time is over. */
    public void whenChanged(
            String run, String unless, int seconds, ScheduledExecutorService timer, Consumer<RunRecord> consumer) {
        Waiting one = new Waiting(run, unless, consumer, new AtomicBoolean());
        waiting.add(one);
        timer.schedule(
                () -> {
                    waiting.remove(one);
                    one.tell(rounds.get(run));
                },
                seconds,
                TimeUnit.SECONDS);
        look();
    }

    /** A run as one of many: where it stands and who is awaited, without its rounds' replies. */
    public Map<String, Object> line(RunRecord run) {
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
        view.put(
                "rounds",
                IntStream.rangeClosed(1, run.round())
                        .mapToObj(round -> Map.of(
                                "number",
                                round,
                                "closed",
                                rounds.result(run.id(), round, "train").isPresent()))
                        .toList());
        return view;
    }

    /** The view. */
    public Map<String, Object> of(RunRecord run) {
        Map<String, Object> view = head(run);
        List<Map<String, Object>> list = new ArrayList<>();
        for (int round = 1; round <= run.round(); round++) {
            list.add(round(run, round, "train"));
        }
        view.put("rounds", list);
        if (run.evaluating()) {
            view.put("evaluationRound", round(run, run.round(), "evaluate"));
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
        if (run.evaluating()) {
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

    private Map<String, Object> round(RunRecord run, int number, String exchange) {
        List<String> counted = new ArrayList<>();
        List<Map<String, String>> rejected = new ArrayList<>();
        List<Map<String, String>> refused = new ArrayList<>();
        List<String> late = new ArrayList<>();
        for (ReplyRecord reply : rounds.replies(run.id(), number, exchange)) {
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
        view.put("closed", rounds.result(run.id(), number, exchange).isPresent());
        view.put("counted", counted);
        view.put("rejected", rejected);
        view.put("refused", refused);
        view.put("late", late);
        return view;
    }

    private List<Map<String, Object>> waitingFor(RunRecord run) {
        List<Map<String, Object>> list = new ArrayList<>();
        if (run.taking()) {
            for (InstructionRecord open : rounds.instructions(run.id(), run.round(), run.exchange())) {
                if ("open".equals(open.state())) {
                    long last = fleet.lastContact(open.nodeId());
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("site", open.site());
                    view.put("since", Instant.ofEpochMilli(last).toString());
                    view.put("why", why(open, last));
                    list.add(view);
                }
            }
        }
        return list;
    }

    private String why(InstructionRecord open, long lastContact) {
        if (fleet.withholds(open.nodeId(), open.messageId())) {
            return "WITHHELD_BY_PAUSE";
        }
        return lastContact == 0 ? "NOT_CONNECTED" : "COMPUTING_OR_SENDING";
    }

    private static void paused(Map<String, Object> view, RunRecord run) {
        if (run.state() instanceof RunState.Paused paused) {
            view.put("pausedBy", paused.by());
            view.put("pausedSince", paused.since().toString());
        }
    }

    private void look() {
        for (Waiting one : waiting) {
            RunRecord run = rounds.get(one.run());
            if (!stateKey(run).equals(one.unless())) {
                waiting.remove(one);
                one.tell(run);
            }
        }
    }

    private static JsonNode tree(String json) {
        return CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
    }
}
