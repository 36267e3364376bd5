package org.osteon.console.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.console.account.AccessLog;
import org.osteon.console.account.Person;
import org.osteon.console.account.Sessions;
import org.springframework.mock.web.MockHttpSession;

/** The service's word that somebody signed out: what holds ends their sessions, what does not changes nothing. */
class LogoutNoticesTest {
    private static final Person WANG = new Person("wang", "ml-engineer", "ortho-net");
    private static final Person LI = new Person("li", "regulator", "ortho-net");

    @TempDir
    Path folder;

    private final OidcBearerTokensTest.MovingClock clock = new OidcBearerTokensTest.MovingClock();
    private final Sessions sessions = new Sessions();
    private final List<String> log = new ArrayList<>();
    private final MockHttpSession first = new MockHttpSession();
    private final MockHttpSession second = new MockHttpSession();
    private final MockHttpSession other = new MockHttpSession();
    private LocalIssuer issuer;
    private LogoutNotices notices;

    @BeforeEach
    void start() throws Exception {
        issuer = new LocalIssuer(Files.createDirectory(folder.resolve("issuer")), clock);
        OidcSettings settings = issuer.settings(Map.of(), Duration.ofSeconds(60));
        IssuerDoor door = IssuerDoor.trusting(settings.caFile());
        IssuerTokens tokens = new IssuerTokens(
                settings, new Issuer(settings, door, () -> "https://console.example", clock), door, clock);
        notices = new LogoutNotices(
                tokens, new Once(clock, tokens.logoutLife()), new EndedLogins(clock), sessions, new Log());
        sessions.opened(first, new Sessions.Holder(WANG, "subject-1", "login-1"));
        sessions.opened(second, new Sessions.Holder(WANG, "subject-1", "login-2"));
        sessions.opened(other, new Sessions.Holder(LI, "subject-2", "login-3"));
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
        issuer.close();
    }

    private int send(JWTClaimsSet.Builder claims) throws Exception {
        return notices.ended(issuer.sign(claims)).getStatusCode().value();
    }

    @Test
    void aNoticeOfALoginEndsItsSessionAlone() throws Exception {
        assertThat(send(issuer.logout("1"))).isEqualTo(200);

        assertThat(first.isInvalid()).isTrue();
        assertThat(second.isInvalid()).isFalse();
        assertThat(other.isInvalid()).isFalse();
        assertThat(log).containsExactly("out wang");
    }

    @Test
    void aNoticeOfASubjectEndsAllTheirSessions() throws Exception {
        assertThat(send(issuer.logout("1").claim("sid", null))).isEqualTo(200);

        assertThat(first.isInvalid()).isTrue();
        assertThat(second.isInvalid()).isTrue();
        assertThat(other.isInvalid()).isFalse();
    }

    @Test
    void aNoticeCountsOnce() throws Exception {
        assertThat(send(issuer.logout("1"))).isEqualTo(200);

        assertThat(send(issuer.logout("1").claim("sid", "login-2"))).isEqualTo(400);

        assertThat(second.isInvalid()).isFalse();
    }

    @Test
    void whatDoesNotHoldChangesNothing() throws Exception {
        Instant now = clock.instant();
        assertThat(send(issuer.logout("1").audience("another"))).as("aud").isEqualTo(400);
        assertThat(send(issuer.logout("2").issuer("https://elsewhere.example")))
                .as("iss")
                .isEqualTo(400);
        assertThat(send(issuer.logout("3").claim("events", null)))
                .as("no event")
                .isEqualTo(400);
        assertThat(send(issuer.logout("4").claim("events", Map.of("x", Map.of()))))
                .as("event")
                .isEqualTo(400);
        assertThat(send(issuer.logout("5").claim("nonce", "n"))).as("nonce").isEqualTo(400);
        assertThat(send(issuer.logout("6").issueTime(Date.from(now.minusSeconds(300)))))
                .as("old")
                .isEqualTo(400);
        assertThat(send(issuer.logout("7").issueTime(Date.from(now.plusSeconds(120)))))
                .as("early")
                .isEqualTo(400);
        assertThat(send(issuer.logout("8").issueTime(null))).as("no iat").isEqualTo(400);
        assertThat(send(issuer.logout("9").jwtID(null))).as("no jti").isEqualTo(400);
        assertThat(send(issuer.logout("10").claim("sid", null).subject(null)))
                .as("nobody")
                .isEqualTo(400);
        assertThat(send(issuer.access().jwtID("11"))).as("an access token").isEqualTo(400);
        assertThat(notices.ended(LocalIssuer.sign(issuer.logout("12"), LocalIssuer.newKey("first"), "logout+jwt"))
                        .getStatusCode()
                        .value())
                .as("another's signature")
                .isEqualTo(400);
        assertThat(notices.ended("").getStatusCode().value()).isEqualTo(400);

        assertThat(first.isInvalid()).isFalse();
        assertThat(second.isInvalid()).isFalse();
        assertThat(other.isInvalid()).isFalse();
        assertThat(log).isEmpty();
    }
}
