package org.osteon.console.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountsTest {
    private static final String GOOD = "three owls under the bridge";

    @TempDir
    Path folder;

    private final Hand clock = new Hand();
    private Accounts accounts;

    /** A clock that stands until it is moved. */
    private static final class Hand extends Clock {
        private Instant now = Instant.parse("2026-05-01T08:00:00Z");

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @BeforeEach
    void open() {
        accounts = open("ortho-net");
    }

    private Accounts open(String federation) {
        return Accounts.open(folder, federation, List.of("regulator", "operator"), clock);
    }

    @AfterEach
    void close() {
        accounts.close();
    }

    private static String code(Runnable work) {
        try {
            work.run();
            return "";
        } catch (AccountException e) {
            return e.code();
        }
    }

    @Test
    void aLinkMakesAnAccountOnce() {
        String token = accounts.link("Ada Wu", "regulator");

        Person person = accounts.accept(token, GOOD);

        assertThat(person).isEqualTo(new Person("Ada Wu", "regulator", "ortho-net"));
        assertThat(accounts.signIn("Ada Wu", GOOD)).isEqualTo(person);
        assertThat(code(() -> accounts.accept(token, GOOD))).isEqualTo("LINK_USED_OR_EXPIRED");
        assertThat(accounts.invited(token)).isEmpty();
    }

    @Test
    void aLinkEndsAfterADayAndWithTheNextOne() {
        String old = accounts.link("Ada Wu", "regulator");
        String late = accounts.link("Ada Wu", "regulator");
        clock.move(Accounts.LINK_LIFE.plusSeconds(1));

        assertThat(accounts.invited(old)).isEmpty();
        assertThat(code(() -> accounts.accept(late, GOOD))).isEqualTo("LINK_USED_OR_EXPIRED");
    }

    @Test
    void aWrongPassphraseLeavesTheLinkWorking() {
        String token = accounts.link("Ada Wu", "regulator");

        assertThat(code(() -> accounts.accept(token, "short"))).isEqualTo("PASSPHRASE_SHORT");

        assertThat(accounts.accept(token, GOOD).name()).isEqualTo("Ada Wu");
    }

    @ParameterizedTest
    @CsvSource({
        "elevenchars, PASSPHRASE_SHORT",
        "aaaaaaaaaaaaaaaa, PASSPHRASE_GUESSED_FIRST",
        "passwordpassword, PASSPHRASE_GUESSED_FIRST",
        "Ada WuAda Wu12, PASSPHRASE_GUESSED_FIRST"
    })
    void refusesWhatIsGuessedFirst(String passphrase, String code) {
        String token = accounts.link("Ada Wu", "regulator");

        assertThat(code(() -> accounts.accept(token, passphrase))).isEqualTo(code);
    }

    @Test
    void anAccountRestsAfterFailuresAndLongerEachTime() {
        accounts.accept(accounts.link("Ada Wu", "regulator"), GOOD);
        for (int i = 0; i < 5; i++) {
            assertThat(code(() -> accounts.signIn("Ada Wu", "wrong"))).isEqualTo("SIGN_IN_WRONG");
        }

        assertThat(code(() -> accounts.signIn("Ada Wu", GOOD))).isEqualTo("ACCOUNT_RESTS");

        clock.move(Duration.ofSeconds(31));
        assertThat(code(() -> accounts.signIn("Ada Wu", "wrong"))).isEqualTo("SIGN_IN_WRONG");
        clock.move(Duration.ofSeconds(31));
        assertThat(code(() -> accounts.signIn("Ada Wu", GOOD))).isEqualTo("ACCOUNT_RESTS");
        clock.move(Duration.ofSeconds(31));
        assertThat(accounts.signIn("Ada Wu", GOOD).name()).isEqualTo("Ada Wu");
    }

    @Test
    void anUnknownNameIsAnsweredLikeAWrongPassphrase() {
        assertThat(code(() -> accounts.signIn("nobody", GOOD))).isEqualTo("SIGN_IN_WRONG");
    }

    @Test
    void anotherFederationsAccountDoesNotComeIn() {
        accounts.accept(accounts.link("Ada Wu", "regulator"), GOOD);
        try (Accounts other = open("knee-net")) {
            assertThatThrownBy(() -> other.signIn("Ada Wu", GOOD)).isInstanceOf(AccountException.class);
        }
    }

    @Test
    void refusesRolesOfAnotherPlaceAndNamesThatAreNone() {
        assertThat(code(() -> accounts.link("Ada Wu", "data-officer"))).isEqualTo("ROLE_NOT_HERE");
        assertThat(code(() -> accounts.link("<b>", "regulator"))).isEqualTo("NAME_MALFORMED");
        assertThat(code(() -> accounts.link("", "regulator"))).isEqualTo("NAME_MALFORMED");
    }

    @Test
    void neitherTokenNorPassphraseIsInAnyFile() throws Exception {
        String token = accounts.link("Ada Wu", "regulator");
        accounts.accept(token, GOOD);
        String second = accounts.link("Bo Lin", "operator");
        accounts.close();

        for (Path file : Files.list(folder).toList()) {
            String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            assertThat(bytes)
                    .as(file.toString())
                    .doesNotContain(token)
                    .doesNotContain(second)
                    .doesNotContain(GOOD);
        }
        accounts = open("ortho-net");
    }
}
