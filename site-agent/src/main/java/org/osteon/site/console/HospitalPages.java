package org.osteon.site.console;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osteon.adapters.snapshot.ImportRecord;
import org.osteon.protocol.v1.AddDataRequest;
import org.osteon.protocol.v1.Empty;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.snapshot.Snapshots;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.ExtendedModelMap;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.ModelAndView;

/** The hospital's data, its privacy budget, its red switch, its people and its health. */
@Controller
final class HospitalPages {
    private static final int MOST_IMPORTS = 5;
    private static final int MOST_CHARGES = 200;
    private static final long PATIENCE_MILLIS = 10_000;

    private final Desk desk;
    private final SiteFolder site;
    private final Snapshots snapshots;
    private final BudgetBar bar;
    private final BudgetLine line;
    private final ScheduledExecutorService timer;

    HospitalPages(
            Desk desk,
            SiteFolder site,
            Snapshots snapshots,
            BudgetBar bar,
            BudgetLine line,
            ScheduledExecutorService timer) {
        this.desk = desk;
        this.site = site;
        this.snapshots = snapshots;
        this.bar = bar;
        this.line = line;
        this.timer = timer;
    }

    @GetMapping("/data")
    String data(Model model) {
        snapshots.newest().ifPresent(snapshot -> model.addAttribute("snapshot", snapshot));
        model.addAttribute("folder", site.folder().getFileName().toString());
        imports(model);
        return "site/data";
    }

    /** The imports alone, a second later: so that a page that stays open is no faster than their progress. */
    @GetMapping("/data/live")
    DeferredResult<ModelAndView> live() {
        DeferredResult<ModelAndView> answer = new DeferredResult<>(PATIENCE_MILLIS);
        timer.schedule(
                () -> {
                    Model model = new ExtendedModelMap();
                    imports(model);
                    return answer.setResult(new ModelAndView("site/imports", model.asMap()));
                },
                1,
                TimeUnit.SECONDS);
        return answer;
    }

    private void imports(Model model) {
        List<ImportRecord> imports = ImportRecord.newest(site.folder(), MOST_IMPORTS);
        model.addAttribute("imports", imports);
        model.addAttribute("importing", imports.stream().anyMatch(ImportRecord::alive));
        model.addAttribute(
                "importKey",
                imports.stream()
                        .map(one -> one.id() + one.state() + one.updated())
                        .findFirst()
                        .orElse("none"));
    }

    @PostMapping("/data")
    String add(@RequestParam("path") String path) {
        desk.ask((service, observer) -> service.addData(
                AddDataRequest.newBuilder().setSnapshot(path.strip()).build(), observer));
        return "redirect:/data";
    }

    @GetMapping("/budget")
    String budget(Model model) {
        Map<String, Object> view =
                desk.ask((service, observer) -> service.budget(Empty.getDefaultInstance(), observer));
        double total = Double.parseDouble(String.valueOf(view.get("epsilonTotal")));
        List<String> bars = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<List<?>> histories = new ArrayList<>();
        for (Object one : (List<?>) view.getOrDefault("sets", List.of())) {
            bars.add(bar.of(total, Double.parseDouble(String.valueOf(((Map<?, ?>) one).get("epsilon")))));
            lines.add(line.of((Map<?, ?>) one, total, Instant.now()).orElse(""));
            histories.add(newest((Map<?, ?>) one));
        }
        model.addAttribute("budget", view);
        model.addAttribute("bars", bars);
        model.addAttribute("lines", lines);
        model.addAttribute("histories", histories);
        return "site/budget";
    }

    /** The newest charges of a set, newest first. */
    private static List<?> newest(Map<?, ?> set) {
        List<Object> charges = new ArrayList<>(
                (List<?>) Optional.ofNullable(set.get("history")).orElse(List.of()));
        Collections.reverse(charges);
        return charges.subList(0, Math.min(MOST_CHARGES, charges.size()));
    }

    @GetMapping("/switch")
    String redSwitch(Model model) {
        model.addAttribute("status", status());
        return "site/switch";
    }

    @PostMapping("/switch/stop")
    String stop() {
        desk.ask((service, observer) -> service.stopAll(Empty.getDefaultInstance(), observer));
        return "redirect:/switch";
    }

    @PostMapping("/switch/lift")
    String lift() {
        desk.ask((service, observer) -> service.resume(Empty.getDefaultInstance(), observer));
        return "redirect:/switch";
    }

    @GetMapping("/health")
    String health(Model model) {
        model.addAttribute("status", status());
        model.addAttribute("officers", site.officers().size());
        model.addAttribute("policy", site.settings().policy().view());
        model.addAttribute("free", site.folder().toFile().getUsableSpace());
        return "site/health";
    }

    /** Whether the site can do its work: its disk has room. */
    @GetMapping("/health/ready")
    ResponseEntity<Map<String, Object>> ready() {
        boolean room = site.folder().toFile().getUsableSpace() > 256L * 1024 * 1024;
        return ResponseEntity.status(room ? 200 : 503).body(Map.of("ready", room));
    }

    private Map<String, Object> status() {
        return desk.ask((service, observer) -> service.status(Empty.getDefaultInstance(), observer));
    }
}
