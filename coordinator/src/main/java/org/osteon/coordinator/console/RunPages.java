package org.osteon.coordinator.console;

import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunFigures;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.round.RunView;
import org.osteon.protocol.document.Study;
import org.springframework.stereotype.Controller;
import org.springframework.ui.ExtendedModelMap;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.ModelAndView;

/** Runs: where each stands, who is awaited and why, what each round counted and rejected. */
@Controller
final class RunPages {
    private static final int HOLD_SECONDS = 20;

    /** Rounds on a page; older ones are a page of their own. */
    private static final int PAGE = 20;

    private final Desk desk;
    private final Rounds rounds;
    private final RunView views;
    private final RunFigures figures;
    private final RunTimes times;
    private final ScheduledExecutorService timer;

    RunPages(
            Desk desk,
            Rounds rounds,
            RunView views,
            RunFigures figures,
            RunTimes times,
            ScheduledExecutorService timer) {
        this.desk = desk;
        this.rounds = rounds;
        this.views = views;
        this.figures = figures;
        this.times = times;
        this.timer = timer;
    }

    @GetMapping("/runs")
    String list(Model model) {
        List<Map<String, Object>> lines = rounds.all().stream()
                .filter(desk::sees)
                .map(run -> {
                    Map<String, Object> line = views.line(run);
                    line.put("name", desk.study(run).map(Study::name).orElse(""));
                    return line;
                })
                .toList();
        model.addAttribute("runs", lines);
        return "hub/runs";
    }

    @GetMapping("/runs/{run}")
    String show(
            @PathVariable("run") String id, @RequestParam(name = "upto", defaultValue = "0") int upto, Model model) {
        RunRecord run = rounds.get(id);
        desk.shows(run, "run");
        fill(run, upto, model);
        return "hub/run";
    }

    /** The live part alone, as soon as it differs from what the page shows; nothing when it stays so. */
    @GetMapping("/runs/{run}/live")
    DeferredResult<ModelAndView> live(
            @PathVariable("run") String id,
            @RequestParam(name = "unless", defaultValue = "") String unless,
            HttpServletResponse response) {
        RunRecord run = rounds.get(id);
        if (!desk.sees(run)) {
            desk.shows(run, "run");
        }
        DeferredResult<ModelAndView> answer = new DeferredResult<>((HOLD_SECONDS + 10) * 1000L);
        views.whenChanged(id, unless, HOLD_SECONDS, timer, changed -> {
            Model model = new ExtendedModelMap();
            fill(changed, 0, model);
            answer.setResult(new ModelAndView("hub/run-live", model.asMap()));
        });
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
    private void fill(RunRecord run, int upto, Model model) {
        int last = upto <= 0 ? run.round() : Math.min(upto, run.round());
        int first = Math.max(1, last - PAGE + 1);
        List<RunFigures.Exchange> exchanges = figures.of(run, first, last);
        Map<String, Object> view = views.head(run);
        model.addAttribute("run", view);
        model.addAttribute("round", run.round());
        model.addAttribute("deadline", run.deadline());
        model.addAttribute("running", run.running());
        model.addAttribute("follows", run.running() && last == run.round());
        model.addAttribute("waits", Waits.of(view));
        model.addAttribute("first", first);
        model.addAttribute("last", last);
        model.addAttribute("exchanges", exchanges);
        model.addAttribute("bytes", figures.bytes(run));
        model.addAttribute("phases", RunTimes.phases(exchanges));
        times.chart(exchanges).ifPresent(chart -> model.addAttribute("times", chart));
        desk.study(run).ifPresent(study -> model.addAttribute("study", study));
    }
}
