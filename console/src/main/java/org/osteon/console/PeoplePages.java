package org.osteon.console;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Who has an account here, and links for those who are to have one. */
@Controller
final class PeoplePages {
    private static final Logger LOG = LoggerFactory.getLogger(PeoplePages.class);

    private final Console console;

    PeoplePages(Console console) {
        this.console = console;
    }

    @GetMapping("/people")
    String people(Model model) {
        model.addAttribute("people", console.people());
        console.settings().oidc().ifPresent(oidc -> model.addAttribute("service", oidc.issuer()));
        model.addAttribute("roles", console.settings().roles());
        return "console/people";
    }

    /** Lets a name go, so that another subject of the login service may bring it. */
    @PostMapping("/people/forget")
    String forget(@RequestParam("person") String person) {
        if (console.accounts().known().forget(person)) {
            LOG.info("the operator let a name of the login service go");
        }
        return "redirect:/people";
    }

    @PostMapping("/people/link")
    String link(
            @RequestParam("person") String person, @RequestParam("role") String role, RedirectAttributes shownOnce) {
        shownOnce.addFlashAttribute("link", console.link(person.strip(), role));
        return "redirect:/people";
    }
}
