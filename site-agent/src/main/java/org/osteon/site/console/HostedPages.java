package org.osteon.site.console;

import java.nio.charset.StandardCharsets;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.budget.Budget;
import org.osteon.site.hosted.AppOutput;
import org.osteon.site.settings.SiteFolder;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** What a foreign run asks of this site and what its app wrote here; the decision itself is signed elsewhere. */
@Controller
final class HostedPages {
    private static final int MOST_SHOWN = 64 * 1024;

    private final Desk desk;
    private final HostedRuns hosted;
    private final Budget budget;
    private final AppOutput outputs;
    private final SiteFolder site;
    private final SiteAccessLog log;

    HostedPages(Desk desk, HostedRuns hosted, Budget budget, AppOutput outputs, SiteFolder site, SiteAccessLog log) {
        this.desk = desk;
        this.hosted = hosted;
        this.budget = budget;
        this.outputs = outputs;
        this.site = site;
        this.log = log;
    }

    /**
     * A launch of the app.
     *
     * @param charge what it was charged as
     * @param kept whether its output is still here
     */
    record Launch(Budget.Charge charge, boolean kept) {}

    @GetMapping("/hosted/{run}")
    String run(@PathVariable("run") String reference, Model model) {
        SignedDocument<HostedRun> signed = named(reference);
        String digest = signed.digest().hex();
        log.looked(desk.person(), digest, "review");
        model.addAttribute("run", signed.document());
        model.addAttribute("digest", digest);
        model.addAttribute(
                "review",
                desk.ask((service, observer) ->
                        service.review(StudyRef.newBuilder().setStudy(digest).build(), observer)));
        model.addAttribute(
                "launches",
                budget.charges(signed.digest()).stream()
                        .map(charge -> new Launch(charge, outputs.has(charge.query())))
                        .toList());
        model.addAttribute("alone", signed.document().numbersType().orElse(""));
        model.addAttribute("most", HostedRun.MOST_NUMBERS);
        model.addAttribute("exact", site.settings().policy().allowExact());
        model.addAttribute("folder", site.folder().getFileName().toString());
        model.addAttribute("text", new String(signed.document().canonical(), StandardCharsets.UTF_8));
        return "site/hosted";
    }

    /** What the app wrote in one launch of this run; of another run's launch nothing is shown. */
    @GetMapping("/hosted/{run}/output/{message}")
    String output(@PathVariable("run") String reference, @PathVariable("message") String message, Model model) {
        SignedDocument<HostedRun> signed = named(reference);
        Budget.Charge launch = budget.charges(signed.digest()).stream()
                .filter(charge -> charge.query().hex().equals(message))
                .findFirst()
                .orElseThrow(HostedPages::absent);
        String text = outputs.of(launch.query(), MOST_SHOWN).orElseThrow(HostedPages::absent);
        log.looked(desk.person(), signed.digest().hex(), "output");
        model.addAttribute("run", signed.document());
        model.addAttribute("digest", signed.digest().hex());
        model.addAttribute("launch", launch);
        model.addAttribute("output", text);
        model.addAttribute("most", MOST_SHOWN / 1024);
        return "site/output";
    }

    private SignedDocument<HostedRun> named(String reference) {
        return hosted.named(reference)
                .orElseThrow(() -> CallException.absent("STUDY_UNKNOWN", "no such foreign run asked this site"));
    }

    private static CallException absent() {
        return CallException.absent("OUTPUT_UNKNOWN", "no output of such a launch is kept");
    }
}
