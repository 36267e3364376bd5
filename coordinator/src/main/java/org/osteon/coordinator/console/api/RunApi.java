package org.osteon.coordinator.console.api;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osteon.console.api.Api;
import org.osteon.console.api.ApiException;
import org.osteon.coordinator.console.Desk;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.store.Alongside;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.context.request.async.DeferredResult;

/** Runs: where each stands, who is awaited and why, what each round counted and rejected, and what it costs. */
@Api
final class RunApi {
    private static final String JSON = "application/json";
    private static final String RUNS = HubApi.BASE + "/runs";
    private static final String ID = "[a-z0-9][a-z0-9._-]{0,63}";
    private static final List<String> STATES = List.of("running", "paused", "stalled", "stopped", "completed");
    private static final int MOST_WAIT = 25;

    private final Desk desk;
    private final Rounds rounds;
    private final RunView views;
    private final Acts acts;
    private final ScheduledExecutorService timer;

    RunApi(Desk desk, Rounds rounds, RunView views, Acts acts, ScheduledExecutorService timer) {
        this.desk = desk;
        this.rounds = rounds;
        this.views = views;
        this.acts = acts;
        this.timer = timer;
    }

    @GetMapping(RUNS)
    ResponseEntity<byte[]> list(HttpServletRequest request) {
        Question question = Question.of(request, JSON, "study", "state", "limit", "cursor");
        String study = question.digest("study").orElse("");
        String state = question.oneOf("state", STATES).orElse("");
        List<RunRecord> seen = rounds.all().stream()
                .filter(run ->
                        study.isEmpty() || run.governed() && run.study().hex().equals(study))
                .filter(run -> state.isEmpty() || run.state().text().equals(state))
                .filter(desk::sees)
                .toList();
        return Answer.of(Lists.page(question, ID, seen, RunRecord::id, RunApi::state));
    }

    /** A run; with {@code unless} as soon as its state key is another, at the latest after {@code wait} seconds. */
    @GetMapping(RUNS + "/{run}")
    DeferredResult<ResponseEntity<byte[]>> show(HttpServletRequest request, @PathVariable("run") String id) {
        Question question = Question.of(request, JSON, "unless", "wait");
        String unless = question.text("unless", "[a-z0-9/-]{1,100}", "a stateKey that an answer gave")
                .orElse("");
        int wait = question.number("wait", 0, MOST_WAIT).orElse(0);
        RunRecord run = get(id);
        if (!desk.sees(run) || !unless.equals(views.stateKey(run))) {
            desk.shows(run, "api-run");
        }
        DeferredResult<ResponseEntity<byte[]>> answer = new DeferredResult<>((MOST_WAIT + 10) * 1000L);
        if (unless.isEmpty() || wait == 0) {
            answer.setResult(Answer.of(view(run)));
        } else {
            views.whenChanged(run.id(), unless, wait, timer, changed -> answer.setResult(Answer.of(view(changed))));
        }
        return answer;
    }

    @PostMapping(RUNS + "/{run}/pause")
    ResponseEntity<byte[]> pause(HttpServletRequest request, @PathVariable("run") String id) {
        return act(request, id, alongside -> rounds.pause(id, desk.person().name(), alongside));
    }

    @PostMapping(RUNS + "/{run}/resume")
    ResponseEntity<byte[]> resume(HttpServletRequest request, @PathVariable("run") String id) {
        return act(request, id, alongside -> rounds.resume(id, desk.person().name(), alongside));
    }

    @PostMapping(RUNS + "/{run}/stop")
    ResponseEntity<byte[]> stop(HttpServletRequest request, @PathVariable("run") String id) {
        return act(request, id, alongside -> rounds.stop(id, desk.person().name(), alongside));
    }

    private ResponseEntity<byte[]> act(HttpServletRequest request, String id, Consumer<Alongside<RunRecord>> act) {
        byte[] body = Question.of(request, JSON).nothing();
        get(id);
        return acts.once(request, body, (RunRecord run) -> Answer.done(state(run)), act);
    }

    private RunRecord get(String id) {
        if (!id.matches(ID)) {
            throw ApiException.malformed("a run is named by the id that its start gave");
        }
        return rounds.get(id);
    }

    /** A run in a list and in the answer of an act. */
    static Map<String, Object> state(RunRecord run) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("run", run.id());
        if (run.governed()) {
            view.put("study", run.study().hex());
        }
        view.put("governed", run.governed());
        view.put("state", run.state().text());
        view.put("round", run.round());
        view.put("exchange", run.exchange());
        view.put("model", run.model().hex());
        return view;
    }

    private Map<String, Object> view(RunRecord run) {
        Map<String, Object> seen = views.of(run);
        Map<String, Object> view = state(run);
        take(seen, view, "stateKey", "pausedBy", "pausedSince", "evaluation", "normBound");
        if (run.deadline() > 0) {
            view.put("deadline", Instant.ofEpochMilli(run.deadline()).toString());
        }
        view.put(
                "waitingFor",
                maps(seen.get("waitingFor")).stream().map(RunApi::awaited).toList());
        List<Map<String, Object>> list = new ArrayList<>();
        maps(seen.get("rounds")).forEach(round -> list.add(round(round)));
        if (seen.get("evaluationRound") instanceof Map<?, ?> evaluation) {
            maps(List.of(evaluation)).forEach(round -> list.add(round(round)));
        }
        view.put("rounds", list);
        if (run.governed()) {
            Map<String, Object> privacy = new LinkedHashMap<>();
            take(seen, privacy, "guarantee", "epsilon", "delta", "unit", "accountant", "sampling");
            view.put("privacy", privacy);
        }
        return view;
    }

    private static Map<String, Object> awaited(Map<String, Object> seen) {
        Map<String, Object> view = new LinkedHashMap<>();
        take(seen, view, "site", "why");
        if (!"NOT_CONNECTED".equals(seen.get("why"))) {
            view.put("lastContact", seen.get("since"));
        }
        return view;
    }

    private static Map<String, Object> round(Map<String, Object> seen) {
        Map<String, Object> view = new LinkedHashMap<>();
        take(seen, view, "number", "exchange", "closed", "counted", "rejected", "refused", "late");
        return view;
    }

    private static void take(Map<String, Object> from, Map<String, Object> to, String... names) {
        for (String name : names) {
            if (from.containsKey(name)) {
                to.put(name, from.get(name));
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(@Nullable Object list) {
        return list == null ? List.of() : (List<Map<String, Object>>) list;
    }
}
