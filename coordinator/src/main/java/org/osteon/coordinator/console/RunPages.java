package org.osteon.coordinator.console;

import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.osteon.coordinator.round.Rounds;
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

    private final Desk desk;
    private final Rounds rounds;
    private final RunView views;
    private final ScheduledExecutorService timer;

    RunPages(Desk desk, Rounds rounds, RunView views, ScheduledExecutorService timer) {
        this.desk = desk;
        this.rounds = rounds;
        this.views = views;
        this.timer = timer;
    }

    @GetMapping("/runs")
    String list(Model model) {
        List<Map<String, Object>> lines = rounds.all().stream()
                .filter(this::sees)
                .map(run -> {
                    Map<String, Object> line = views.line(run);
                    line.put("name", study(run).map(Study::name).orElse(""));
                    return line;
                })
                .toList();
        model.addAttribute("runs", lines);
        return "hub/runs";
    }

    @GetMapping("/runs/{run}")
    String show(@PathVariable("run") String id, Model model) {
        RunRecord run = rounds.get(id);
        looked(run, "run");
        fill(run, model);
        return "hub/run";
    }

    /** The live part alone, as soon as it differs from what the page shows; nothing when it stays so. */
    @GetMapping("/runs/{run}/live")
    DeferredResult<ModelAndView> live(
            @PathVariable("run") String id,
            @RequestParam(name = "unless", defaultValue = "") String unless,
            HttpServletResponse response) {
        RunRecord run = rounds.get(id);
        if (!sees(run)) {
            looked(run, "run");
        }
        DeferredResult<ModelAndView> answer = new DeferredResult<>((HOLD_SECONDS + 10) * 1000L);
        views.whenChanged(id, unless, HOLD_SECONDS, timer, changed -> {
            Model model = new ExtendedModelMap();
            fill(changed, model);
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

    private void fill(RunRecord run, Model model) {
        Map<String, Object> view = views.of(run);
        model.addAttribute("run", view);
        model.addAttribute("deadline", run.deadline());
        model.addAttribute("running", run.running());
        study(run).ifPresent(study -> model.addAttribute("study", study));
    }

    private Optional<Study> study(RunRecord run) {
        return desk.study(run);
    }

    private boolean sees(RunRecord run) {
        return desk.sees(run);
    }

    private void looked(RunRecord run, String page) {
        desk.shows(run, page);
    }
}
