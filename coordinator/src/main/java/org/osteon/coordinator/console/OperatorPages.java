package org.osteon.coordinator.console;

import java.util.List;
import java.util.Map;
import org.osteon.console.Console;
import org.osteon.console.page.Frame;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.enrolment.TrustBook;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.settings.HubFolder;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Enrolment, sites, people and health, for the hub's operator. */
@Controller
final class OperatorPages {
    private final HubFolder folder;
    private final Sites sites;
    private final TrustBook trust;
    private final FleetHandlers fleet;
    private final Presence presence;
    private final Rounds rounds;
    private final HubEvents events;
    private final Console console;

    OperatorPages(
            HubFolder folder,
            Sites sites,
            TrustBook trust,
            FleetHandlers fleet,
            Presence presence,
            Rounds rounds,
            HubEvents events,
            Console console) {
        this.folder = folder;
        this.sites = sites;
        this.trust = trust;
        this.fleet = fleet;
        this.presence = presence;
        this.rounds = rounds;
        this.events = events;
        this.console = console;
    }

    private List<SiteLine> lines() {
        return SiteLine.all(sites, fleet, presence, System.currentTimeMillis());
    }

    @GetMapping("/sites")
    String sites(
            @RequestParam(name = "q", defaultValue = "") String query,
            @RequestParam(name = "page", defaultValue = "1") int page,
            Model model) {
        List<SiteLine> all = lines();
        List<SiteLine> found = all.stream()
                .filter(line -> line.site().name().contains(query.strip()))
                .toList();
        model.addAttribute("all", all.size());
        model.addAttribute(
                "needy",
                all.stream()
                        .filter(line -> line.pending() || !line.cares().isEmpty())
                        .count());
        model.addAttribute("pages", Pages.of(found, page, "/sites", "q", query.strip()));
        model.addAttribute("skewLimit", Presence.SKEW_LIMIT.toMillis());
        model.addAttribute("hub", folder);
        model.addAttribute("pin", folder.tls().pin().hex());
        return "hub/sites";
    }

    @PostMapping("/sites/token")
    String token(@RequestParam("site") String site, RedirectAttributes shownOnce) {
        String name = site.strip();
        shownOnce.addFlashAttribute("token", sites.issueToken(name, operator()));
        shownOnce.addFlashAttribute("invited", name);
        return "redirect:/sites";
    }

    @PostMapping("/sites/{site}/confirm")
    String confirm(@PathVariable("site") String site, @RequestParam("fingerprint") String fingerprint) {
        sites.confirm(site, fingerprint.strip(), operator());
        return "redirect:/sites";
    }

    @PostMapping("/sites/{site}/revoke")
    String revoke(@PathVariable("site") String site) {
        sites.revoke(site, operator());
        rounds.lookAgain();
        return "redirect:/sites";
    }

    @GetMapping("/health")
    String health(Model model) {
        List<SiteLine> lines = lines();
        model.addAttribute("hub", folder);
        model.addAttribute("pin", folder.tls().pin().hex());
        model.addAttribute(
                "pending",
                lines.stream()
                        .filter(line -> "pending".equals(line.site().state()))
                        .toList());
        model.addAttribute(
                "silent",
                lines.stream().filter(line -> "silent".equals(line.link())).toList());
        model.addAttribute("logSize", events.publish().size());
        model.addAttribute("keys", trust.current().document().keys());
        model.addAttribute("free", folder.folder().toFile().getUsableSpace());
        model.addAttribute("people", console.people());
        return "hub/health";
    }

    /** Whether the hub can do its work: its database answers and its disk has room. */
    @GetMapping("/health/ready")
    ResponseEntity<Map<String, Object>> ready() {
        boolean room = folder.folder().toFile().getUsableSpace() > 256L * 1024 * 1024;
        int known = sites.all().size();
        return ResponseEntity.status(room ? 200 : 503).body(Map.of("ready", room, "sites", known));
    }

    private static String operator() {
        var person = Frame.person();
        return person == null ? "" : person.name();
    }
}
