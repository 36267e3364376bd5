package org.osteon.site.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.v1.AddDataRequest;
import org.osteon.protocol.v1.Empty;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.snapshot.Snapshots;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The hospital's data, its privacy budget, its red switch, its people and its health. */
@Controller
final class HospitalPages {
    private final Desk desk;
    private final SiteFolder site;
    private final Snapshots snapshots;
    private final BudgetBar bar;

    HospitalPages(Desk desk, SiteFolder site, Snapshots snapshots, BudgetBar bar) {
        this.desk = desk;
        this.site = site;
        this.snapshots = snapshots;
        this.bar = bar;
    }

    @GetMapping("/data")
    String data(Model model) {
        snapshots.newest().ifPresent(snapshot -> model.addAttribute("snapshot", snapshot));
        model.addAttribute("folder", site.folder().getFileName().toString());
        return "site/data";
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
        for (Object one : (List<?>) view.getOrDefault("sets", List.of())) {
            bars.add(bar.of(total, Double.parseDouble(String.valueOf(((Map<?, ?>) one).get("epsilon")))));
        }
        model.addAttribute("budget", view);
        model.addAttribute("bars", bars);
        return "site/budget";
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
