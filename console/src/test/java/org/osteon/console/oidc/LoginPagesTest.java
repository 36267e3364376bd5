package org.osteon.console.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.console.account.AccessLog;
import org.osteon.console.account.Accounts;
import org.osteon.console.account.Person;
import org.osteon.console.account.Sessions;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.ui.ExtendedModelMap;
import org.springframework.web.util.UriComponentsBuilder;

/** A browser's way to a local issuer and back; whatever does not hold on the way leads nowhere. */
class LoginPagesTest {
    private static final List<String> ROLES = List.of("ml-engineer", "regulator");

    @TempDir
    Path folder;

    private final List<String> log = new ArrayList<>();
    private final Sessions sessions = new Sessions();
    private final MockHttpSession browser = new MockHttpSession();
    private LocalIssuer issuer;
    private Accounts accounts;
    private LoginPages pages;

    @BeforeEach
    void start() throws Exception {
        // The library that checks a code's answer reads the machine's clock.
        Clock clock = Clock.systemUTC();
        issuer = new LocalIssuer(Files.createDirectory(folder.resolve("issuer")), clock);
        accounts = Accounts.open(folder, "ortho-net", ROLES, clock);
        OidcSettings settings =
                issuer.settings(Map.of("ml-engineer", "ml-engineer", "regulator", "regulator"), Duration.ofSeconds(60));
        IssuerDoor door = IssuerDoor.trusting(settings.caFile());
        Issuer service = new Issuer(settings, door, () -> "https://console.example", clock);
        IssuerTokens tokens = new IssuerTokens(settings, service, door, clock);
        pages = new LoginPages(
                service,
                new CodeExchange(door, tokens),
                new Claims(settings, "ortho-net", ROLES),
                accounts.known(),
                new EndedLogins(clock),
                sessions,
                new Log(),
                ROLES);
    }

    private final class Log implements AccessLog {
        @Override
        public void signedIn(Person who) {
            log.add("in " + who.name());
        }

        @Override
        public void signedOut(Person who) {
            log.add("out " + who.name());
        }

        @Override
        public void looked(Person who, String study, String page) {
            log.add("looked");
        }
    }

    @AfterEach
    void stop() {
        SecurityContextHolder.clearContext();
        issuer.close();
        accounts.close();
    }

    private Map<String, String> begin() {
        String to = pages.begin(false, request("/sign-in/begin"), new MockHttpServletResponse());
        assertThat(to).startsWith("redirect:" + issuer.url() + "/authorize?");
        return UriComponentsBuilder.fromUri(URI.create(to.substring("redirect:".length())))
                .build()
                .getQueryParams()
                .toSingleValueMap();
    }

    private MockHttpServletRequest request(String path) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
        request.setSession(browser);
        return request;
    }

    private String back(String state, Map<String, String> more) {
        MockHttpServletRequest request = request("/sign-in/back");
        request.setParameter("state", java.net.URLDecoder.decode(state, StandardCharsets.UTF_8));
        request.setParameter("code", "the-code");
        more.forEach(request::setParameter);
        return pages.back(request, new MockHttpServletResponse());
    }

    private JWTClaimsSet.Builder identity(Map<String, String> asked) {
        return issuer.access().claim("typ", "ID").claim("nonce", asked.get("nonce"));
    }

    @Test
    void aCodeIsExchangedWithItsVerifierAndMakesASession() throws Exception {
        Map<String, String> asked = begin();
        issuer.identify(issuer.sign(identity(asked)));
        String before = browser.getId();

        assertThat(back(asked.get("state"), Map.of())).isEqualTo("redirect:/");

        assertThat(browser.getId()).isNotEqualTo(before);
        assertThat(log).containsExactly("in wang");
        assertThat(accounts.known().all()).containsExactly(new Person("wang", "ml-engineer", "ortho-net"));
        assertThat(asked).containsEntry("code_challenge_method", "S256").containsKey("nonce");
        String verifier = issuer.tokenAsked().replaceFirst("(?s).*code_verifier=([^&]+).*", "$1");
        assertThat(Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(MessageDigest.getInstance("SHA-256")
                                .digest(verifier.getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(asked.get("code_challenge"));
        assertThat(issuer.tokenAsked()).startsWith("Basic ").doesNotContain("of this trial");
        assertThat(sessions.end(holder -> holder.login().equals("login-1"))).hasSize(1);
        assertThat(browser.isInvalid()).isTrue();
    }

    @Test
    void anAnswerThatDoesNotHoldMakesNoSession() throws Exception {
        Date past = Date.from(java.time.Instant.now().minusSeconds(600));
        refused(asked -> issuer.sign(identity(asked).claim("nonce", "another")));
        refused(asked -> issuer.sign(identity(asked).claim("nonce", null)));
        refused(asked -> issuer.sign(identity(asked).audience("another")));
        refused(asked -> issuer.sign(identity(asked).issuer("https://elsewhere.example")));
        refused(asked -> issuer.sign(identity(asked).issueTime(past).expirationTime(new Date(past.getTime() + 1000))));
        refused(asked -> issuer.sign(identity(asked).claim("typ", "Bearer")));
        refused(asked -> LocalIssuer.sign(identity(asked), LocalIssuer.newKey("first"), "JWT"));
        refused(asked -> new com.nimbusds.jwt.PlainJWT(identity(asked).build()).serialize());
        refused(asked -> "");
    }

    private interface Answer {
        String to(Map<String, String> asked) throws Exception;
    }

    private void refused(Answer answer) throws Exception {
        Map<String, String> asked = begin();
        issuer.identify(answer.to(asked));

        assertThat(back(asked.get("state"), Map.of())).startsWith("redirect:/sign-in?why=SERVICE_REFUSED&reference=");

        assertThat(log).isEmpty();
        assertThat(sessions.end(holder -> true)).isEmpty();
    }

    @Test
    void aStateThatThisBrowserDidNotGetOrUsedBeforeIsRefused() throws Exception {
        assertThat(back("guessed", Map.of())).isEqualTo("redirect:/sign-in?why=SIGN_IN_STALE");

        Map<String, String> asked = begin();
        issuer.identify(issuer.sign(identity(asked)));
        assertThat(back(asked.get("state"), Map.of())).isEqualTo("redirect:/");
        assertThat(back(asked.get("state"), Map.of())).isEqualTo("redirect:/sign-in?why=SIGN_IN_STALE");
    }

    @Test
    void anAnswerOfAnotherIssuerIsNotSentToThisOne() throws Exception {
        Map<String, String> asked = begin();
        issuer.identify(issuer.sign(identity(asked)));

        assertThat(back(asked.get("state"), Map.of("iss", "https://elsewhere.example")))
                .startsWith("redirect:/sign-in?why=SERVICE_REFUSED");

        assertThat(issuer.tokenAsked()).isEmpty();
    }

    @Test
    void whoHasNoRoleIsToldSo() throws Exception {
        Map<String, String> asked = begin();
        issuer.identify(issuer.sign(identity(asked).claim("realm_access", null)));

        assertThat(back(asked.get("state"), Map.of())).startsWith("redirect:/sign-in?why=CLAIM_ROLE_MISSING");
    }

    @Test
    void thePageSaysWhetherTheServiceIsThere() {
        ExtendedModelMap there = new ExtendedModelMap();
        assertThat(pages.signIn(Optional.empty(), Optional.empty(), there)).isEqualTo("console/login-service");
        assertThat(there).containsKey("service").doesNotContainKey("why");
    }

    @Test
    void withoutTheServiceThePageHasAReference() {
        issuer.close();
        ExtendedModelMap away = new ExtendedModelMap();

        pages.signIn(Optional.empty(), Optional.of("<script>"), away);

        assertThat(away).containsEntry("why", "SERVICE_AWAY").doesNotContainKey("service");
        assertThat(String.valueOf(away.get("reference"))).matches("[0-9a-f]{8}");
        assertThat(pages.begin(false, request("/sign-in/begin"), new MockHttpServletResponse()))
                .startsWith("redirect:/sign-in?why=SERVICE_AWAY");
    }
}
