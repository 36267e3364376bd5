package org.osteon.console.oidc;

import java.time.Clock;
import org.osteon.console.Console;
import org.osteon.console.ConsoleSettings;
import org.osteon.console.account.AccessLog;
import org.osteon.console.account.Accounts;
import org.osteon.console.account.BearerTokens;
import org.osteon.console.account.Sessions;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** What a console with a login service is made of, in place of local accounts. Nothing is asked of it at the start. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(OidcConfiguration.SWITCH)
public class OidcConfiguration {
    /** The property that says whether there is a login service. */
    public static final String SWITCH = "osteon.oidc";

    /** Where the service says that somebody signed out. */
    public static final String ENDED = LogoutNotices.PATH;

    @Bean
    OidcSettings oidcSettings(ConsoleSettings settings) {
        return settings.oidc().orElseThrow();
    }

    @Bean
    IssuerDoor issuerDoor(OidcSettings settings) {
        return IssuerDoor.trusting(settings.caFile());
    }

    @Bean
    Issuer issuer(OidcSettings settings, IssuerDoor door, Console console, Clock clock) {
        return new Issuer(settings, door, console::address, clock);
    }

    @Bean
    IssuerTokens issuerTokens(OidcSettings settings, Issuer issuer, IssuerDoor door, Clock clock) {
        return new IssuerTokens(settings, issuer, door, clock);
    }

    @Bean
    EndedLogins endedLogins(Clock clock) {
        return new EndedLogins(clock);
    }

    @Bean
    Claims claims(OidcSettings oidc, ConsoleSettings settings) {
        return new Claims(oidc, settings.federation(), settings.roles());
    }

    @Bean
    LoginPages loginPages(
            ConsoleSettings settings,
            Issuer issuer,
            IssuerDoor door,
            IssuerTokens tokens,
            Claims claims,
            Accounts accounts,
            EndedLogins ended,
            Sessions sessions,
            AccessLog log) {
        return new LoginPages(
                issuer,
                new CodeExchange(door, tokens),
                claims,
                accounts.known(),
                ended,
                sessions,
                log,
                settings.roles());
    }

    @Bean
    LogoutNotices logoutNotices(IssuerTokens tokens, EndedLogins ended, Sessions sessions, AccessLog log, Clock clock) {
        return new LogoutNotices(tokens, new Once(clock, tokens.logoutLife()), ended, sessions, log);
    }

    @Bean
    LoginFacts loginFacts(OidcSettings oidc, ConsoleSettings settings) {
        return new LoginFacts(oidc, settings.federation());
    }

    @Bean
    @Primary
    BearerTokens loginServiceTokens(IssuerTokens tokens, Claims claims, Accounts accounts, EndedLogins ended) {
        return new OidcBearerTokens(tokens, claims, accounts.known(), ended);
    }

    @Bean
    LoginService loginService(
            OidcSettings oidc, Issuer issuer, IssuerDoor door, BearerTokens loginServiceTokens, Clock clock) {
        return new IssuerLogin(oidc, issuer, door, loginServiceTokens, clock);
    }
}
