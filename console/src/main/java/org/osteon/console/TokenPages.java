package org.osteon.console;

import org.osteon.console.account.AccessTokens;
import org.osteon.console.account.AccountException;
import org.osteon.console.account.Person;
import org.osteon.console.account.TokenLog;
import org.osteon.console.page.Frame;
import org.osteon.protocol.call.CallException;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A person's own access tokens for the REST API: made, shown once, listed, ended. */
@Controller
public final class TokenPages {
    private final AccessTokens tokens;
    private final TokenLog log;

    /** Over these tokens; what is done with them is told to the log. */
    public TokenPages(AccessTokens tokens, TokenLog log) {
        this.tokens = tokens;
        this.log = log;
    }

    /** The person's tokens, and a form for another. */
    @GetMapping("/access")
    public String access(Model model) {
        model.addAttribute("tokens", tokens.of(person()));
        model.addAttribute("possible", tokens.possible(person()));
        model.addAttribute("most", AccessTokens.MOST_DAYS);
        return "console/access";
    }

    /** Makes a token, which the next page shows and no page after it. */
    @PostMapping("/access/token")
    public String make(
            @RequestParam("label") String label, @RequestParam("days") String days, RedirectAttributes shownOnce) {
        try {
            AccessTokens.Made made = tokens.make(person(), label.strip(), days(days));
            log.made(person(), made.line().id());
            shownOnce.addFlashAttribute("made", made);
        } catch (AccountException e) {
            shownOnce.addFlashAttribute("why", e.code());
        }
        return "redirect:/access";
    }

    /** Ends a token. */
    @PostMapping("/access/{token}/revoke")
    public String revoke(@PathVariable("token") String token) {
        if (tokens.revoke(person(), token)) {
            log.revoked(person(), token);
        }
        return "redirect:/access";
    }

    private static int days(String text) {
        String days = text.strip();
        return days.matches("[0-9]{1,4}") ? Integer.parseInt(days) : 0;
    }

    private static Person person() {
        Person person = Frame.person();
        if (person == null) {
            throw CallException.refused("NOT_SIGNED_IN", "nobody is signed in");
        }
        return person;
    }
}
