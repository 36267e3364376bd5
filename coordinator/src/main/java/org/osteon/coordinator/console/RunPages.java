package org.osteon.coordinator.console;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunFigures;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.round.RunView;
import org.osteon.protocol.document.Study;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.context.request.async.DeferredResult;

/** Runs: where each stands, who is awaited and why, what each round counted and rejected. */
@Controller
final class RunPages {
    private static final int HOLD_SECONDS = 20;

    /** Rounds on a page; older ones are a page of their own. */
    private static final int PAGE = 20;

    private static final MediaType HTML = new MediaType("text", "html", StandardCharsets.UTF_8);

    private final Desk desk;
    private final Rounds rounds;
    private final RunView views;
    private final RunFigures figures;
    private final RunTimes times;
    private final LiveParts parts;
    private final ScheduledExecutorService timer;

    RunPages(
            Desk desk,
            Rounds rounds,
            RunView views,
            RunFigures figures,
            RunTimes times,
            LiveParts parts,
            ScheduledExecutorService timer) {
        this.desk = desk;
        this.rounds = rounds;
        this.views = views;
        this.figures = figures;
        this.times = times;
        this.parts = parts;
        this.timer = timer;
    }

    @GetMapping("/runs")
    String list(@RequestParam(name = "page", defaultValue = "1") int page, Model model) {
        Map<String, Study> known = desk.studies();
        boolean ungoverned = desk.seesUngoverned();
        Pages<RunRecord> pages = Pages.of(
                rounds.all().stream()
                        .filter(run ->
                                ungoverned || known.containsKey(run.study().hex()))
                        .toList(),
                page,
                "/runs",
                "",
                "");
        model.addAttribute("pages", pages);
        model.addAttribute(
                "runs",
                pages.lines().stream()
                        .map(run -> {
                            Map<String, Object> line = views.summary(run);
                            Study study = known.get(run.study().hex());
                            line.put("name", study == null ? "" : study.name());
                            return line;
                        })
                        .toList());
        return "hub/runs";
    }

    @GetMapping("/runs/{run}")
    String show(
            @PathVariable("run") String id, @RequestParam(name = "upto", defaultValue = "0") int upto, Model model) {
        RunRecord run = rounds.get(id);
        desk.shows(run, "run");
        model.addAllAttributes(values(run, upto, desk.person().role()));
        desk.study(run).ifPresent(study -> model.addAttribute("study", study));
        return "hub/run";
    }

    /** The live part alone, as soon as it differs from what the page shows; nothing when it stays so. */
    @GetMapping("/runs/{run}/live")
    DeferredResult<ResponseEntity<byte[]>> live(
            @PathVariable("run") String id, @RequestParam(name = "unless", defaultValue = "") String unless) {
        RunRecord run = rounds.get(id);
        if (!desk.sees(run)) {
            desk.shows(run, "run");
        }
        Locale locale = LocaleContextHolder.getLocale();
        String role = desk.person().role();
        DeferredResult<ResponseEntity<byte[]>> answer = new DeferredResult<>((HOLD_SECONDS + 10) * 1000L);
        views.whenChangedSoon(
                id,
                unless,
                HOLD_SECONDS,
                timer,
                changed -> answer.setResult(ResponseEntity.ok()
                        .contentType(HTML)
                        .cacheControl(CacheControl.noStore())
                        .body(parts.of(
                                "hub/run-live",
                                id + " " + views.stateKey(changed) + " " + role,
                                locale,
                                () -> values(changed, 0, role)))));
        return answer;
    }

    @PostMapping("/runs/{run}/stop")
    String stop(@PathVariable("run") String id) {
        rounds.stop(id, desk.person().name());
        return "redirect:/runs/" + id;
    }

    @PostMapping("/runs/{run}/pause")
    String pause(@PathVariable("run") String id) {
        rounds.pause(id, desk.person().name());
        return "redirect:/runs/" + id;
    }

    @PostMapping("/runs/{run}/resume")
    String resume(@PathVariable("run") String id) {
        rounds.resume(id, desk.person().name());
        return "redirect:/runs/" + id;
    }

    /** {@code upto} is the newest round that is shown; 0 shows the newest there is, and follows it. */
    private Map<String, Object> values(RunRecord run, int upto, String role) {
        int last = upto <= 0 ? run.round() : Math.min(upto, run.round());
        int first = Math.max(1, last - PAGE + 1);
        List<RunFigures.Exchange> exchanges = figures.of(run, first, last);
        Map<String, Object> view = views.head(run);
        Map<String, Object> values = new HashMap<>();
        values.put("run", view);
        values.put("round", run.round());
        values.put("deadline", run.deadline());
        values.put("running", run.running());
        values.put("follows", run.running() && last == run.round());
        values.put("models", !"operator".equals(role));
        values.put("waits", Waits.of(view));
        values.put("first", first);
        values.put("last", last);
        values.put("exchanges", exchanges);
        values.put("bytes", figures.bytes(run));
        values.put("phases", RunTimes.phases(exchanges));
        times.chart(exchanges).ifPresent(chart -> values.put("times", chart));
        return values;
    }
}
