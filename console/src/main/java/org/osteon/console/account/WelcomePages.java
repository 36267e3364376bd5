package org.osteon.console.account;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.Optional;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Signing in, and the one-time link with which an account begins. */
@Controller
public final class WelcomePages {
    private final Accounts accounts;
    private final AccessLog log;
    private final Sessions open;
    private final HttpSessionSecurityContextRepository sessions = new HttpSessionSecurityContextRepository();

    /** Over these accounts. */
    public WelcomePages(Accounts accounts, AccessLog log, Sessions open) {
        this.accounts = accounts;
        this.log = log;
        this.open = open;
    }

    /** The page to sign in at; {@code why} is the code of what went wrong or happened before. */
    @GetMapping("/sign-in")
    public String signIn(@RequestParam(name = "why", required = false) Optional<String> why, Model model) {
        why.filter(code -> code.matches("[A-Z_]{1,40}")).ifPresent(code -> model.addAttribute("why", code));
        model.addAttribute("empty", accounts.all().isEmpty());
        return "console/sign-in";
    }

    /** The page of a one-time link. */
    @GetMapping("/welcome/{token}")
    public String welcome(@PathVariable("token") String token, Model model, HttpServletResponse response) {
        Optional<Person> invited = accounts.invited(token);
        if (invited.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        }
        invited.ifPresent(person -> model.addAttribute("invited", person));
        return "console/welcome";
    }

    /** Takes the passphrase, makes the account and signs its owner in; older sessions of that account end. */
    @PostMapping("/welcome/{token}")
    public String accept(
            @PathVariable("token") String token,
            @RequestParam("passphrase") String passphrase,
            @RequestParam("again") String again,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        try {
            if (!passphrase.equals(again)) {
                throw new AccountException("PASSPHRASES_DIFFER");
            }
            Person person = accounts.accept(token, passphrase);
            log.signedIn(person);
            open.end(holder -> holder.person().name().equals(person.name()));
            HttpSession session = request.getSession(true);
            request.changeSessionId();
            SecurityContext context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(SignIn.of(person));
            SecurityContextHolder.setContext(context);
            sessions.saveContext(context, request, response);
            open.opened(session, new Sessions.Holder(person, "", ""));
            return "redirect:/";
        } catch (AccountException e) {
            model.addAttribute("why", e.code());
            return welcome(token, model, response);
        }
    }
}
