package org.osteon.console.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.console.account.Accounts;
import org.osteon.console.account.BearerTokens;
import org.osteon.console.account.Person;

/** Access tokens that a local issuer signed, forged, aged and rotated; all but the good ones are refused. */
class OidcBearerTokensTest {
    private static final Map<String, String> ROLES =
            Map.of("ml-engineer", "ml-engineer", "/osteon/auditors", "regulator");
    private static final Duration SKEW = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final MovingClock clock = new MovingClock();
    private LocalIssuer issuer;
    private Accounts accounts;
    private EndedLogins ended;
    private BearerTokens tokens;

    /** A clock that a test moves. */
    static final class MovingClock extends Clock {
        private Instant now = Instant.parse("2026-03-01T08:00:00Z");

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
    void start() throws Exception {
        issuer = new LocalIssuer(Files.createDirectory(folder.resolve("issuer")), clock);
        accounts = Accounts.open(folder, "ortho-net", List.of("ml-engineer", "regulator", "operator"), clock);
        ended = new EndedLogins(clock);
        OidcSettings settings = issuer.settings(ROLES, SKEW);
        IssuerDoor door = IssuerDoor.trusting(settings.caFile());
        tokens = new OidcBearerTokens(
                new IssuerTokens(
                        settings, new Issuer(settings, door, () -> "https://console.example", clock), door, clock),
                new Claims(settings, "ortho-net", List.of("ml-engineer", "regulator", "operator")),
                accounts.known(),
                ended);
    }

    @AfterEach
    void stop() {
        issuer.close();
        accounts.close();
    }

    @Test
    void aGoodTokenIsItsPersons() throws Exception {
        assertThat(tokens.holder(issuer.sign(issuer.access())))
                .hasValue(new Person("wang", "ml-engineer", "ortho-net"));
        assertThat(tokens.holder(LocalIssuer.sign(issuer.access().claim("typ", null), issuer.key(), "at+jwt")))
                .as("typed as RFC 9068 has it")
                .isPresent();
        assertThat(tokens.holder(LocalIssuer.sign(issuer.access(), issuer.key(), JWSAlgorithm.PS256, "JWT")))
                .isPresent();
    }

    @Test
    void whatTheIssuerDidNotSignIsNobodys() throws Exception {
        JWTClaimsSet good = issuer.access().build();
        SignedJWT mac = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), good);
        mac.sign(new MACSigner(issuer.key().toRSAPublicKey().getEncoded()));
        String signed = issuer.sign(issuer.access());

        assertThat(tokens.holder(new PlainJWT(good).serialize())).as("alg none").isEmpty();
        assertThat(tokens.holder(mac.serialize()))
                .as("HMAC with the public key")
                .isEmpty();
        assertThat(tokens.holder(LocalIssuer.sign(issuer.access(), LocalIssuer.newKey("first"), "JWT")))
                .as("another key under the same id")
                .isEmpty();
        assertThat(tokens.holder(LocalIssuer.sign(issuer.access(), issuer.key(), JWSAlgorithm.RS512, "JWT")))
                .as("an algorithm that is not on the list")
                .isEmpty();
        assertThat(tokens.holder(signed.substring(0, signed.length() - 6) + "AAAAAA"))
                .as("a changed signature")
                .isEmpty();
        assertThat(tokens.holder("")).isEmpty();
        assertThat(tokens.holder("a.b.c")).isEmpty();
        assertThat(tokens.holder("x".repeat(100_000))).isEmpty();
    }

    @Test
    void whatIsForSomebodyOrSomethingElseIsRefused() throws Exception {
        assertThat(tokens.holder(issuer.sign(issuer.access().audience("account"))))
                .as("aud")
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().audience(List.of()))))
                .as("no aud")
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().issuer("https://elsewhere.example"))))
                .as("iss")
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().claim("typ", "ID"))))
                .as("an ID token")
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().claim("typ", null))))
                .as("of no kind")
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.logout("1"))))
                .as("a logout token")
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().expirationTime(null))))
                .as("without an end")
                .isEmpty();
    }

    @Test
    void whoHasNoOneRoleOfThisFederationIsRefused() throws Exception {
        assertThat(tokens.holder(issuer.sign(issuer.access().claim("federation_id", "knee-net"))))
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().claim("federation_id", null))))
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().claim("realm_access", null))))
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().claim("groups", List.of("/osteon/auditors")))))
                .as("two roles")
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().claim("preferred_username", "<b>"))))
                .isEmpty();
        assertThat(tokens.holder(issuer.sign(
                        issuer.access().claim("realm_access", null).claim("groups", List.of("/osteon/auditors")))))
                .as("one role, by a group")
                .hasValue(new Person("wang", "regulator", "ortho-net"));
    }

    @Test
    void clocksMayDifferByTheSkewAndNoMore() throws Exception {
        String token = issuer.sign(issuer.access());
        clock.move(Duration.ofSeconds(300 + 59));
        assertThat(tokens.holder(token)).isPresent();
        clock.move(Duration.ofSeconds(2));
        assertThat(tokens.holder(token)).isEmpty();

        Instant now = clock.instant();
        assertThat(tokens.holder(issuer.sign(issuer.access().notBeforeTime(Date.from(now.plusSeconds(50))))))
                .isPresent();
        assertThat(tokens.holder(issuer.sign(issuer.access().notBeforeTime(Date.from(now.plusSeconds(61))))))
                .isEmpty();
    }

    @Test
    void aNewKeyIsFoundAndAFloodOfUnknownOnesIsNotPassedOn() throws Exception {
        assertThat(tokens.holder(issuer.sign(issuer.access()))).isPresent();
        assertThat(issuer.keysAsked()).isEqualTo(1);

        issuer.rotate("second");
        assertThat(tokens.holder(issuer.sign(issuer.access())))
                .as("the new key")
                .isPresent();
        assertThat(issuer.keysAsked()).isEqualTo(2);

        for (int i = 0; i < 200; i++) {
            assertThat(tokens.holder(LocalIssuer.sign(
                            issuer.access(),
                            new com.nimbusds.jose.jwk.RSAKey.Builder(issuer.key())
                                    .keyID("unknown-" + i)
                                    .build(),
                            "JWT")))
                    .isEmpty();
        }

        assertThat(issuer.keysAsked()).as("times the issuer was asked for keys").isLessThan(20);
        assertThat(tokens.holder(issuer.sign(issuer.access())))
                .as("the known key goes on")
                .isPresent();
    }

    @Test
    void aNameStaysWithItsSubjectUntilItIsForgotten() throws Exception {
        assertThat(tokens.holder(issuer.sign(issuer.access()))).isPresent();

        assertThat(tokens.holder(issuer.sign(issuer.access().subject("subject-2"))))
                .isEmpty();

        assertThat(accounts.known().forget("wang")).isTrue();
        assertThat(tokens.holder(issuer.sign(issuer.access().subject("subject-2"))))
                .isPresent();
    }

    @Test
    void aTokenOfALoginThatEndedIsOver() throws Exception {
        String token = issuer.sign(issuer.access());
        assertThat(tokens.holder(token)).isPresent();

        ended.add("subject-1", "login-1");

        assertThat(tokens.holder(token)).isEmpty();
        assertThat(tokens.holder(issuer.sign(issuer.access().claim("sid", "login-2"))))
                .isPresent();
    }

    @Test
    void withoutTheIssuerNobodyComesIn() throws Exception {
        String token = issuer.sign(issuer.access());
        issuer.close();

        assertThat(tokens.holder(token)).isEmpty();
    }
}
