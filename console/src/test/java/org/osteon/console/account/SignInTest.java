package org.osteon.console.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.ui.ExtendedModelMap;

class SignInTest {
    private static final String GOOD = "three owls under the bridge";

    @TempDir
    Path folder;

    private final List<String> log = new ArrayList<>();
    private final AccessLog events = new AccessLog() {
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
    };
    private Accounts accounts;

    @BeforeEach
    void start() {
        accounts = Accounts.open(folder, "ortho-net", List.of("regulator", "operator"), Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        SecurityContextHolder.clearContext();
        accounts.close();
    }

    private static UsernamePasswordAuthenticationToken attempt(String name, String passphrase, String address) {
        UsernamePasswordAuthenticationToken attempt =
                UsernamePasswordAuthenticationToken.unauthenticated(name, passphrase);
        attempt.setDetails(new WebAuthenticationDetails(address, null));
        return attempt;
    }

    @Test
    void anAddressThatIsWrongTooOftenRestsAndOthersGoOn() {
        accounts.accept(accounts.link("Ada Wu", "regulator"), GOOD);
        SignIn signIn = new SignIn(accounts, events, Clock.systemUTC());
        for (int i = 0; i < 20; i++) {
            String nobody = "nobody-" + i;
            assertThatThrownBy(() -> signIn.authenticate(attempt(nobody, "a guess", "192.0.2.1")))
                    .hasMessage("SIGN_IN_WRONG");
        }

        assertThatThrownBy(() -> signIn.authenticate(attempt("Ada Wu", GOOD, "192.0.2.1")))
                .hasMessage("ADDRESS_RESTS");

        assertThat(signIn.authenticate(attempt("Ada Wu", GOOD, "192.0.2.2")).getName())
                .isEqualTo("Ada Wu");
        assertThat(log).containsExactly("in Ada Wu");
    }

    @Test
    void aRestEndsAndWhatIsRememberedIsBounded() {
        MovedClock clock = new MovedClock();
        Throttle throttle = new Throttle(clock);
        for (int i = 0; i < 20; i++) {
            throttle.failed("192.0.2.1");
        }
        assertThat(throttle.admits("192.0.2.1")).isFalse();
        clock.move(Duration.ofSeconds(61));
        assertThat(throttle.admits("192.0.2.1")).isTrue();
        for (int i = 0; i < 20; i++) {
            throttle.failed("192.0.2.2");
        }
        for (int i = 0; i < 10_000; i++) {
            throttle.failed("198.51.100." + i);
        }
        assertThat(throttle.admits("192.0.2.2")).as("forgotten, as the oldest").isTrue();
    }

    @Test
    void aNewPassphraseEndsOlderSessionsOfThatAccountAlone() {
        Sessions sessions = new Sessions();
        MockHttpSession older = new MockHttpSession();
        MockHttpSession another = new MockHttpSession();
        sessions.opened(older, new Sessions.Holder(new Person("Ada Wu", "regulator", "ortho-net"), "", ""));
        sessions.opened(another, new Sessions.Holder(new Person("Bo Lin", "operator", "ortho-net"), "", ""));
        String link = accounts.link("Ada Wu", "regulator");
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/welcome/" + link);

        String to = new WelcomePages(accounts, events, sessions)
                .accept(link, GOOD, GOOD, new ExtendedModelMap(), request, new MockHttpServletResponse());

        assertThat(to).isEqualTo("redirect:/");
        assertThat(older.isInvalid()).isTrue();
        assertThat(another.isInvalid()).isFalse();
        assertThat(((MockHttpSession) request.getSession()).isInvalid()).isFalse();
    }

    @Test
    void aFloodOfGuessesCountsEachOneAlsoAtOnce() throws Exception {
        accounts.accept(accounts.link("Ada Wu", "regulator"), GOOD);
        List<Thread> threads = new ArrayList<>();
        List<String> codes = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 12; i++) {
            threads.add(new Thread(() -> {
                try {
                    accounts.signIn("Ada Wu", "a guess that is wrong");
                } catch (AccountException e) {
                    codes.add(e.code());
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(codes).hasSize(12);
        assertThat(codes.stream().filter("SIGN_IN_WRONG"::equals)).hasSize(5);
    }

    private static final class MovedClock extends Clock {
        private java.time.Instant now = java.time.Instant.parse("2026-03-01T08:00:00Z");

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public java.time.Instant instant() {
            return now;
        }

        @Override
        public java.time.ZoneId getZone() {
            return java.time.ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
