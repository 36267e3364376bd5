package org.osteon.console.oidc;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.osteon.console.account.Accounts;
import org.osteon.console.account.BearerTokens;
import org.osteon.protocol.settings.Settings;

/** What a console makes of access tokens, outside a console: by the settings of a daemon's folder. */
public final class ServiceTokens {
    private ServiceTokens() {}

    /** Over people who are known in some accounts. */
    public static BearerTokens of(Path daemon, String federation, List<String> roles, Accounts accounts) {
        Clock clock = Clock.systemUTC();
        OidcSettings settings = OidcSettings.read(Settings.read(daemon), daemon).orElseThrow();
        IssuerDoor door = IssuerDoor.trusting(settings.caFile());
        return new OidcBearerTokens(
                new IssuerTokens(
                        settings, new Issuer(settings, door, () -> "https://console.example", clock), door, clock),
                new Claims(settings, federation, roles),
                accounts.known(),
                new EndedLogins(clock));
    }
}
