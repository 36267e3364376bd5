package org.osteon.console.oidc;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.settings.SettingsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;

/**
 * What the login service says of itself (OpenID Connect Discovery 1.0). It is asked when it is first needed and now and
 * then after; while it is away the last word counts, and it is not asked again at once.
 */
final class Issuer {
    /** The one client of a console there, as the library's registrations name it. */
    static final String REGISTRATION = "login";

    /** Where the service sends people back to. */
    static final String BACK = "/sign-in/back";

    private static final Logger LOG = LoggerFactory.getLogger(Issuer.class);
    private static final Duration FRESH = Duration.ofMinutes(10);
    private static final Duration REST = Duration.ofSeconds(5);
    private static final List<String> NEEDED = List.of("authorization_endpoint", "token_endpoint", "jwks_uri");

    private final OidcSettings settings;
    private final IssuerDoor door;
    private final Supplier<String> console;
    private final Clock clock;
    private @Nullable Map<String, Object> known;
    private long askAgain;
    private @Nullable IssuerAway away;

    /** The service of these settings; {@code console} says where browsers find the console, once it is open. */
    Issuer(OidcSettings settings, IssuerDoor door, Supplier<String> console, Clock clock) {
        this.settings = settings;
        this.door = door;
        this.console = console;
        this.clock = clock;
    }

    /**
     * What it says of itself.
     *
     * @throws IssuerAway when it never said it and does not now
     */
    synchronized Map<String, Object> metadata() {
        long now = clock.millis();
        if (now >= askAgain) {
            try {
                known = ask();
                away = null;
                askAgain = now + FRESH.toMillis();
            } catch (IOException | ParseException e) {
                away = reported(e);
                askAgain = now + REST.toMillis();
            }
        }
        Map<String, Object> last = known;
        if (last == null) {
            throw away == null ? reported(new IOException("never asked")) : away;
        }
        return last;
    }

    /** An address it names. */
    Optional<URI> endpoint(String name) {
        return Optional.ofNullable(metadata().get(name)).map(Object::toString).map(URI::create);
    }

    /** The console as its client, for the code flow. */
    ClientRegistration registration() {
        try {
            return ClientRegistrations.fromOidcConfiguration(metadata())
                    .registrationId(REGISTRATION)
                    .clientId(settings.client())
                    .clientSecret(settings.secret())
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .redirectUri(console() + BACK)
                    .scope("openid", "profile")
                    .build();
        } catch (IllegalArgumentException | SettingsException e) {
            throw reported(e);
        }
    }

    /** Where browsers find the console. */
    String console() {
        return settings.console().map(url -> url.replaceAll("/+$", "")).orElseGet(console);
    }

    /** Writes a failure to the log and gives it the reference that a page may show. */
    IssuerAway reported(Exception cause) {
        String reference = reference();
        LOG.atWarn()
                .setCause(cause)
                .addKeyValue("issuer", settings.issuer())
                .addKeyValue("reference", reference)
                .log("the login service cannot be used");
        return new IssuerAway(reference, cause);
    }

    /** A new reference from a page to the log. */
    static String reference() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    private Map<String, Object> ask() throws IOException, ParseException {
        Map<String, Object> said = JSONObjectUtils.parse(
                door.read(URI.create(settings.issuer().replaceAll("/+$", "") + "/.well-known/openid-configuration")));
        if (!settings.issuer().equals(said.get("issuer"))) {
            throw new IOException(
                    "the login service calls itself " + said.get("issuer") + ", oidcIssuer is " + settings.issuer());
        }
        for (String name : NEEDED) {
            if (!String.valueOf(said.get(name)).startsWith("https://")) {
                throw new IOException("the login service names no https " + name);
            }
        }
        return Map.copyOf(said);
    }
}
