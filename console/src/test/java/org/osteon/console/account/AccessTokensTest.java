package org.osteon.console.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class AccessTokensTest {
    @TempDir
    Path folder;

    private Accounts accounts;
    private AccessTokens tokens;
    private Person wang;
    private Instant now = Instant.parse("2026-03-01T08:00:00Z");

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @BeforeEach
    void open() {
        accounts = Accounts.open(folder, "net", List.of("ml-engineer", "operator"), clock);
        tokens = AccessTokens.open(folder, true, clock);
        wang = accounts.accept(accounts.link("Wang", "ml-engineer"), "three owls under the bridge");
    }

    @AfterEach
    void close() {
        tokens.close();
        accounts.close();
    }

    @Test
    void theHolderIsWhoMadeIt() {
        AccessTokens.Made made = tokens.make(wang, "nightly", 30);

        assertThat(tokens.holder(made.token())).contains(wang);
        assertThat(tokens.of(wang)).containsExactly(made.line());
        assertThat(made.token()).matches("osteon_[0-9a-f]{16}_[A-Za-z0-9_-]{43}");
        assertThat(made.toString()).doesNotContain(made.token());
    }

    @Test
    void nothingButTheWholeTokenCounts() {
        String token = tokens.make(wang, "nightly", 30).token();
        char last = token.charAt(token.length() - 2);
        String other =
                token.substring(0, token.length() - 2) + (last == 'A' ? 'B' : 'A') + token.charAt(token.length() - 1);

        assertThat(tokens.holder(other)).isEmpty();
        assertThat(tokens.holder(token.substring(0, token.length() - 1))).isEmpty();
        assertThat(tokens.holder(token + "A")).isEmpty();
        assertThat(tokens.holder("")).isEmpty();
        assertThat(tokens.holder("x".repeat(100_000))).isEmpty();
    }

    @Test
    void endsAtTheEndOfItsLife() {
        String token = tokens.make(wang, "nightly", 1).token();
        now = now.plus(Duration.ofDays(1));

        assertThat(tokens.holder(token)).isEmpty();
        assertThat(tokens.of(wang)).isEmpty();
    }

    @Test
    void isEndedByItsOwnerAlone() {
        AccessTokens.Made made = tokens.make(wang, "nightly", 30);

        assertThat(tokens.revoke(
                        new Person("Chen", "ml-engineer", "net"), made.line().id()))
                .isFalse();
        assertThat(tokens.holder(made.token())).isPresent();
        assertThat(tokens.revoke(wang, made.line().id())).isTrue();
        assertThat(tokens.holder(made.token())).isEmpty();
    }

    @Test
    void diesWithItsAccountAndDoesNotReviveWithAnotherOfTheName() {
        String token = tokens.make(wang, "nightly", 30).token();
        sql("DELETE FROM account WHERE name = 'Wang'");
        assertThat(tokens.holder(token)).isEmpty();
        now = now.plusSeconds(1);
        accounts.accept(accounts.link("Wang", "operator"), "three owls under the bridge");

        assertThat(tokens.holder(token)).isEmpty();
    }

    @Test
    void countsNowhereThatLocalAccountsDoNotCount() {
        String token = tokens.make(wang, "nightly", 30).token();

        try (AccessTokens elsewhere = AccessTokens.open(folder, false, clock)) {
            assertThat(elsewhere.holder(token)).isEmpty();
            assertThat(elsewhere.possible(wang)).isFalse();
            assertThatThrownBy(() -> elsewhere.make(wang, "nightly", 30)).hasMessage("TOKEN_NO_ACCOUNT");
        }
    }

    @Test
    void hasTheRoleThatItsAccountHasNow() {
        String token = tokens.make(wang, "nightly", 30).token();

        accounts.accept(accounts.link("Wang", "operator"), "three owls under the bridge");

        assertThat(tokens.holder(token)).contains(new Person("Wang", "operator", "net"));
    }

    @Test
    void isNotMadeForStrangersNorForeverNorWithoutEnd() {
        assertThatThrownBy(() -> tokens.make(new Person("Chen", "ml-engineer", "net"), "nightly", 30))
                .hasMessage("TOKEN_NO_ACCOUNT");
        assertThatThrownBy(() -> tokens.make(wang, "nightly", 91)).hasMessage("TOKEN_LIFE_MALFORMED");
        assertThatThrownBy(() -> tokens.make(wang, "nightly", 0)).hasMessage("TOKEN_LIFE_MALFORMED");
        assertThatThrownBy(() -> tokens.make(wang, "<b>", 30)).hasMessage("TOKEN_LABEL_MALFORMED");
        IntStream.range(0, AccessTokens.MOST_TOKENS).forEach(i -> tokens.make(wang, "t" + i, 1));
        assertThatThrownBy(() -> tokens.make(wang, "one more", 1)).hasMessage("TOKEN_TOO_MANY");
    }

    @Test
    void theDatabaseHoldsNoToken() throws Exception {
        String token = tokens.make(wang, "nightly", 30).token();
        tokens.close();
        accounts.close();

        for (String file : new String[] {"console.db", "console.db-wal"}) {
            if (java.nio.file.Files.exists(folder.resolve(file))) {
                String bytes = new String(
                        java.nio.file.Files.readAllBytes(folder.resolve(file)),
                        java.nio.charset.StandardCharsets.ISO_8859_1);
                assertThat(bytes).doesNotContain(token.substring(24));
            }
        }
    }

    private void sql(String statement) {
        SingleConnectionDataSource source =
                new SingleConnectionDataSource("jdbc:sqlite:" + folder.resolve("console.db"), true);
        JdbcClient.create(source).sql(statement).update();
        source.destroy();
    }
}
