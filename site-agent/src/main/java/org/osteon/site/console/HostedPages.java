package org.osteon.site.console;

import java.nio.charset.StandardCharsets;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.v1.StudyRef;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.settings.SiteFolder;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** What a foreign run asks of this site; the decision itself is signed elsewhere. */
@Controller
final class HostedPages {
    private final Desk desk;
    private final HostedRuns hosted;
    private final SiteFolder site;
    private final SiteAccessLog log;

    HostedPages(Desk desk, HostedRuns hosted, SiteFolder site, SiteAccessLog log) {
        this.desk = desk;
        this.hosted = hosted;
        this.site = site;
        this.log = log;
    }

    @GetMapping("/hosted/{run}")
    String run(@PathVariable("run") String reference, Model model) {
        SignedDocument<HostedRun> signed = hosted.named(reference)
                .orElseThrow(() -> CallException.absent("STUDY_UNKNOWN", "no such foreign run asked this site"));
        String digest = signed.digest().hex();
        log.looked(desk.person(), digest, "review");
        model.addAttribute("run", signed.document());
        model.addAttribute("digest", digest);
        model.addAttribute(
                "review",
                desk.ask((service, observer) ->
                        service.review(StudyRef.newBuilder().setStudy(digest).build(), observer)));
        model.addAttribute("exact", site.settings().policy().allowExact());
        model.addAttribute("folder", site.folder().getFileName().toString());
        model.addAttribute("text", new String(signed.document().canonical(), StandardCharsets.UTF_8));
        return "site/hosted";
    }
}
