package org.osteon.console.oidc;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osteon.console.account.AccessLog;
import org.osteon.console.account.AccountException;
import org.osteon.console.account.KnownPeople;
import org.osteon.console.account.Person;
import org.osteon.console.account.Sessions;
import org.osteon.console.account.SignIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.savedrequest.DefaultSavedRequest;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A browser's way to the login service and back: authorization code with PKCE, state and nonce. */
@Controller
final class LoginPages {
    private static final Logger LOG = LoggerFactory.getLogger(LoginPages.class);

    private final Issuer issuer;
    private final CodeExchange exchange;
    private final Claims claims;
    private final KnownPeople known;
    private final EndedLogins ended;
    private final Sessions sessions;
    private final AccessLog log;
    private final List<String> roles;
    private final DefaultOAuth2AuthorizationRequestResolver resolver;
    private final HttpSessionOAuth2AuthorizationRequestRepository asked =
            new HttpSessionOAuth2AuthorizationRequestRepository();
    private final HttpSessionSecurityContextRepository contexts = new HttpSessionSecurityContextRepository();
    private final HttpSessionRequestCache wanted = new HttpSessionRequestCache();

    LoginPages(
            Issuer issuer,
            CodeExchange exchange,
            Claims claims,
            KnownPeople known,
            EndedLogins ended,
            Sessions sessions,
            AccessLog log,
            List<String> roles) {
        this.issuer = issuer;
        this.exchange = exchange;
        this.claims = claims;
        this.known = known;
        this.ended = ended;
        this.sessions = sessions;
        this.log = log;
        this.roles = List.copyOf(roles);
        this.resolver = new DefaultOAuth2AuthorizationRequestResolver(name -> issuer.registration());
        this.resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
    }

    /** The page that leads to the service; {@code why} is the code of what went wrong or happened before. */
    @GetMapping("/sign-in")
    String signIn(
            @RequestParam(name = "why", required = false) Optional<String> why,
            @RequestParam(name = "reference", required = false) Optional<String> reference,
            Model model) {
        why.filter(code -> code.matches("[A-Z_]{1,40}")).ifPresent(code -> model.addAttribute("why", code));
        reference.filter(text -> text.matches("[0-9a-f]{8}")).ifPresent(text -> model.addAttribute("reference", text));
        model.addAttribute("roles", roles);
        try {
            model.addAttribute("service", host(issuer.endpoint("authorization_endpoint")));
            model.addAttribute("leave", issuer.endpoint("end_session_endpoint").isPresent());
        } catch (IssuerAway away) {
            model.addAttribute("why", "SERVICE_AWAY");
            model.addAttribute("reference", away.reference());
        }
        return "console/login-service";
    }

    /** To the service; {@code other} asks it to let somebody else sign in. */
    @GetMapping("/sign-in/begin")
    String begin(
            @RequestParam(name = "other", defaultValue = "false") boolean other,
            HttpServletRequest request,
            HttpServletResponse response) {
        try {
            OAuth2AuthorizationRequest ask =
                    Objects.requireNonNull(resolver.resolve(request, Issuer.REGISTRATION), "registration");
            asked.saveAuthorizationRequest(ask, request, response);
            return "redirect:" + ask.getAuthorizationRequestUri() + (other ? "&prompt=login" : "");
        } catch (IssuerAway away) {
            return again("SERVICE_AWAY", away.reference());
        }
    }

    /** Back from the service, with a code or with what went wrong. */
    @GetMapping("/sign-in/back")
    String back(HttpServletRequest request, HttpServletResponse response) {
        OAuth2AuthorizationRequest ask = asked.removeAuthorizationRequest(request, response);
        if (ask == null) {
            return again("SIGN_IN_STALE", "");
        }
        String code = request.getParameter("code");
        String reference = Issuer.reference();
        try {
            if (code == null || !fromIssuer(request.getParameter("iss"))) {
                LOG.atInfo().addKeyValue("reference", reference).log("the login service sent no code, or another did");
                return again("SERVICE_REFUSED", reference);
            }
            return enter(
                    exchange.claims(issuer.registration(), ask, code, request.getParameter("state")),
                    request,
                    response);
        } catch (IssuerAway away) {
            return again("SERVICE_AWAY", away.reference());
        } catch (AccountException e) {
            LOG.atInfo()
                    .addKeyValue("reason", e.code())
                    .addKeyValue("reference", reference)
                    .log("a sign-in was refused");
            return again(e.code(), reference);
        } catch (OAuth2AuthenticationException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("reference", reference)
                    .log("what the login service said does not hold");
            return again("SERVICE_REFUSED", reference);
        }
    }

    /** To the page of the service where a person's session there ends too. */
    @GetMapping("/sign-in/leave")
    String leave() {
        try {
            Optional<URI> end = issuer.endpoint("end_session_endpoint");
            return end.isEmpty()
                    ? again("SIGNED_OUT", "")
                    : "redirect:" + end.orElseThrow() + "?client_id="
                            + encoded(issuer.registration().getClientId()) + "&post_logout_redirect_uri="
                            + encoded(issuer.console() + "/sign-in");
        } catch (IssuerAway away) {
            return again("SERVICE_AWAY", away.reference());
        }
    }

    private String enter(Map<String, Object> said, HttpServletRequest request, HttpServletResponse response) {
        Person person = claims.person(said);
        String subject = String.valueOf(said.get("sub"));
        String login = said.get("sid") instanceof String sid ? sid : "";
        if (ended.has(subject, login, said.get("iat") instanceof java.time.Instant issued ? issued : null)) {
            throw new AccountException("SIGN_IN_STALE");
        }
        known.came(person, subject);
        log.signedIn(person);
        HttpSession session = request.getSession(true);
        request.changeSessionId();
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(SignIn.of(person));
        SecurityContextHolder.setContext(context);
        contexts.saveContext(context, request, response);
        sessions.opened(session, new Sessions.Holder(person, subject, login));
        String to = wanted.getRequest(request, response) instanceof DefaultSavedRequest saved
                        && "GET".equals(saved.getMethod())
                ? saved.getRequestURI() + (saved.getQueryString() == null ? "" : "?" + saved.getQueryString())
                : "/";
        wanted.removeRequest(request, response);
        return "redirect:" + to;
    }

    /** RFC 9207: the service names itself where it says it does, and never another. */
    private boolean fromIssuer(@Nullable String named) {
        Map<String, Object> metadata = issuer.metadata();
        return named == null
                ? !Boolean.TRUE.equals(metadata.get("authorization_response_iss_parameter_supported"))
                : named.equals(metadata.get("issuer"));
    }

    private static String again(String why, String reference) {
        return "redirect:/sign-in?why=" + why + (reference.isEmpty() ? "" : "&reference=" + reference);
    }

    private static String host(Optional<URI> uri) {
        return uri.map(URI::getAuthority).orElse("");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
