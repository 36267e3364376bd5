package org.osteon.console.oidc;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Tokens that the login service signed: its keys by their ids, kept for minutes and asked for anew when a token names
 * another, but no more than twice in ten seconds, whoever sends what. Signatures by public keys alone; a token of one
 * kind is no token of another.
 */
final class IssuerTokens {
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);
    private static final Duration KEYS_KEPT = Duration.ofMinutes(5);
    private static final Duration KEYS_ASKED = Duration.ofSeconds(10);
    private static final Duration KEYS_OUTAGE = Duration.ofHours(1);
    private static final Duration WAIT_FOR_KEYS = Duration.ofSeconds(15);
    private static final Duration LOGOUT_AGE = Duration.ofMinutes(2);
    private static final int LONGEST = 16 * 1024;
    private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

    private final OidcSettings settings;
    private final Clock clock;
    private final JWKSource<SecurityContext> keys;

    /** The tokens of this issuer. */
    IssuerTokens(OidcSettings settings, Issuer issuer, IssuerDoor door, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.keys = JWKSourceBuilder.create(new Keys(issuer, door))
                .cache(KEYS_KEPT.toMillis(), WAIT_FOR_KEYS.toMillis())
                .refreshAheadCache(false)
                .rateLimited(KEYS_ASKED.toMillis())
                .outageTolerant(KEYS_OUTAGE.toMillis())
                .build();
    }

    /** Reads ID tokens for a client; the nonce is for the caller to compare. */
    JwtDecoder identities(ClientRegistration client) {
        OidcIdTokenValidator identity = new OidcIdTokenValidator(client);
        identity.setClockSkew(settings.clockSkew());
        identity.setClock(clock);
        return decoder(
                List.of(JOSEObjectType.JWT),
                List.of(
                        identity,
                        times(),
                        issuer(),
                        kind(jwt -> "ID".equals(jwt.getClaims().getOrDefault("typ", "ID")))));
    }

    /**
     * An access token for this console (RFC 9068; Keycloak's say {@code typ: Bearer} inside instead).
     *
     * @throws JwtException when it does not hold
     */
    Jwt access(String token) {
        return decoded(
                token,
                decoder(
                        List.of(
                                JOSEObjectType.JWT,
                                new JOSEObjectType("at+jwt"),
                                new JOSEObjectType("application/at+jwt")),
                        List.of(
                                times(),
                                issuer(),
                                must("exp", jwt -> jwt.getExpiresAt() != null),
                                must("aud", jwt -> audiences(jwt).contains(settings.audience())),
                                kind(IssuerTokens::isAccess))));
    }

    /**
     * A logout token for this console (OpenID Connect Back-Channel Logout 1.0, section 2.6), but for its replay.
     *
     * @throws JwtException when it does not hold
     */
    Jwt logout(String token) {
        return decoded(
                token,
                decoder(
                        List.of(JOSEObjectType.JWT, new JOSEObjectType("logout+jwt")),
                        List.of(
                                times(),
                                issuer(),
                                must("aud", jwt -> audiences(jwt).contains(settings.client())),
                                must("iat", jwt -> issuedNow(jwt.getIssuedAt())),
                                must(
                                        "jti",
                                        jwt -> jwt.getId() != null
                                                && !jwt.getId().isEmpty()),
                                must(
                                        "events",
                                        jwt -> jwt.getClaims().get("events") instanceof Map<?, ?> events
                                                && events.get(LOGOUT_EVENT) instanceof Map),
                                must("nonce", jwt -> !jwt.hasClaim("nonce")),
                                must("sub or sid", jwt -> jwt.getSubject() != null || jwt.hasClaim("sid")))));
    }

    /** How long the identifier of a logout token must be remembered, so that it counts once. */
    Duration logoutLife() {
        return LOGOUT_AGE.plus(settings.clockSkew().multipliedBy(2));
    }

    private boolean issuedNow(@Nullable Instant issued) {
        Instant now = clock.instant();
        return issued != null
                && issued.isBefore(now.plus(settings.clockSkew()).plusMillis(1))
                && issued.isAfter(now.minus(settings.clockSkew()).minus(LOGOUT_AGE));
    }

    /** The kinds that a token can be by its own words: access tokens are typed outside or, by Keycloak, inside. */
    private static boolean isAccess(Jwt jwt) {
        String outside = String.valueOf(jwt.getHeaders().get("typ")).toLowerCase(java.util.Locale.ROOT);
        Object inside = jwt.getClaims().get("typ");
        boolean typed =
                outside.endsWith("at+jwt") ? inside == null || "Bearer".equals(inside) : "Bearer".equals(inside);
        return typed && !jwt.hasClaim("events") && !jwt.hasClaim("nonce");
    }

    private static List<String> audiences(Jwt jwt) {
        List<String> audiences = jwt.getAudience();
        return audiences == null ? List.of() : audiences;
    }

    private static Jwt decoded(String token, JwtDecoder decoder) {
        if (token.length() > LONGEST) {
            throw new JwtException("a token of more than " + LONGEST + " characters");
        }
        return decoder.decode(token);
    }

    private JwtDecoder decoder(List<JOSEObjectType> types, List<OAuth2TokenValidator<Jwt>> checks) {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        Set<JOSEObjectType> all = new java.util.HashSet<>(types);
        all.add(null);
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(all));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        // Times and the rest are checked below, with this console's clock and skew.
        processor.setJWTClaimsSetVerifier((claims, context) -> {});
        NimbusJwtDecoder decoder = new NimbusJwtDecoder(processor);
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(checks));
        return decoder;
    }

    private OAuth2TokenValidator<Jwt> times() {
        JwtTimestampValidator times = new JwtTimestampValidator(settings.clockSkew());
        times.setClock(clock);
        return times;
    }

    private OAuth2TokenValidator<Jwt> issuer() {
        return must("iss", jwt -> settings.issuer().equals(jwt.getClaimAsString("iss")));
    }

    private static OAuth2TokenValidator<Jwt> kind(Predicate<Jwt> holds) {
        return must("typ", holds);
    }

    private static OAuth2TokenValidator<Jwt> must(String claim, Predicate<Jwt> holds) {
        OAuth2TokenValidatorResult wrong =
                OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", claim + " does not hold", null));
        return jwt -> holds.test(jwt) ? OAuth2TokenValidatorResult.success() : wrong;
    }

    /** The issuer's keys, where its own document says they are. */
    private record Keys(Issuer issuer, IssuerDoor door) implements JWKSetSource<SecurityContext> {
        @Override
        public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator evaluator, long now, @Nullable SecurityContext context)
                throws KeySourceException {
            try {
                return JWKSet.parse(door.read(issuer.endpoint("jwks_uri").orElseThrow()));
            } catch (IOException | ParseException | IssuerAway e) {
                throw new JWKSetUnavailableException("the login service's keys cannot be had", e);
            }
        }

        @Override
        public void close() {}
    }
}
