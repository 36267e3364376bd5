package org.osteon.console.oidc;

import java.util.Optional;
import org.osteon.console.account.AccountException;
import org.osteon.console.account.BearerTokens;
import org.osteon.console.account.KnownPeople;
import org.osteon.console.account.Person;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;

/** Access tokens of the login service. Why one was refused is in the log, the token is not. */
final class OidcBearerTokens implements BearerTokens {
    private static final Logger LOG = LoggerFactory.getLogger(OidcBearerTokens.class);

    private final IssuerTokens tokens;
    private final Claims claims;
    private final KnownPeople known;
    private final EndedLogins ended;

    OidcBearerTokens(IssuerTokens tokens, Claims claims, KnownPeople known, EndedLogins ended) {
        this.tokens = tokens;
        this.claims = claims;
        this.known = known;
        this.ended = ended;
    }

    @Override
    public Optional<Person> holder(String token) {
        try {
            Jwt jwt = tokens.access(token);
            if (jwt.getSubject() == null
                    || ended.has(jwt.getSubject(), jwt.getClaimAsString("sid"), jwt.getIssuedAt())) {
                return refused("SESSION_ENDED");
            }
            Person person = claims.person(jwt.getClaims());
            known.came(person, jwt.getSubject());
            return Optional.of(person);
        } catch (AccountException e) {
            return refused(e.code());
        } catch (JwtException e) {
            return refused(e.getClass().getSimpleName());
        }
    }

    private static Optional<Person> refused(String reason) {
        LOG.atInfo().addKeyValue("reason", reason).log("an access token was refused");
        return Optional.empty();
    }
}
