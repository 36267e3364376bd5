package org.osteon.console.oidc;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.osteon.console.account.BearerTokens;
import org.osteon.console.account.Person;
import org.osteon.protocol.call.CallException;

/**
 * The issuer's device flow, asked for in the name of the command's public client. Whoever is not signed in yet may ask,
 * so the questions that go on to the issuer are counted: no flood reaches it.
 */
final class IssuerLogin implements LoginService {
    private static final int MOST_A_MINUTE = 300;
    private static final int LONGEST = 16 * 1024;
    private static final long DEFAULT_INTERVAL = 5;
    private static final long LONGEST_CODE = 1800;

    private final OidcSettings settings;
    private final Issuer issuer;
    private final IssuerDoor door;
    private final BearerTokens tokens;
    private final Clock clock;
    private long minute;
    private int asked;

    IssuerLogin(OidcSettings settings, Issuer issuer, IssuerDoor door, BearerTokens tokens, Clock clock) {
        this.settings = settings;
        this.issuer = issuer;
        this.door = door;
        this.tokens = tokens;
        this.clock = clock;
    }

    @Override
    public Optional<Person> holder(String token) {
        return tokens.holder(token);
    }

    @Override
    public Device begin() throws IOException {
        Said said = ask("device_authorization_endpoint", Map.of("scope", "openid profile"));
        if (said.status() != 200) {
            throw CallException.refused(
                    "LOGIN_NOT_FOR_COMMANDS",
                    "the login service lets the client of commands begin no login: " + said.error());
        }
        String page = said.text("verification_uri_complete");
        return new Device(
                said.text("device_code"),
                page.isEmpty() ? said.text("verification_uri") : page,
                Math.min(LONGEST_CODE, said.number("expires_in", LONGEST_CODE)),
                Math.max(1, said.number("interval", DEFAULT_INTERVAL)));
    }

    @Override
    public Optional<Tokens> finish(String deviceCode) throws IOException {
        Said said = ask(
                "token_endpoint",
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "device_code",
                        bounded(deviceCode)));
        if (said.status() == 200) {
            return Optional.of(said.tokens());
        }
        return switch (said.error()) {
            case "authorization_pending", "slow_down" -> Optional.empty();
            case "access_denied" -> throw refused("the sign-in was denied at the login service");
            case "expired_token" -> throw refused("the sign-in took too long; begin again");
            default -> throw refused("the login service knows of no such sign-in");
        };
    }

    @Override
    public Tokens refresh(String refreshToken) throws IOException {
        Said said =
                ask("token_endpoint", Map.of("grant_type", "refresh_token", "refresh_token", bounded(refreshToken)));
        if (said.status() != 200) {
            throw refused("the sign-in is over; sign in again");
        }
        return said.tokens();
    }

    private record Said(int status, Map<String, Object> json) {
        String text(String name) {
            return json.get(name) instanceof String text ? text : "";
        }

        long number(String name, long otherwise) {
            return json.get(name) instanceof Number number ? number.longValue() : otherwise;
        }

        /** An error's code, never its description: that is the service's own text. */
        String error() {
            String error = text("error");
            return error.matches("[a-z_]{1,40}") ? error : "status " + status;
        }

        Tokens tokens() throws IOException {
            if (text("access_token").isEmpty()) {
                throw new IOException("the login service answered without an access token");
            }
            return new Tokens(text("access_token"), text("refresh_token"));
        }
    }

    private Said ask(String endpoint, Map<String, String> fields) throws IOException {
        String client = settings.commandClient()
                .orElseThrow(() -> CallException.refused(
                        "LOGIN_NOT_FOR_COMMANDS",
                        "commands cannot sign in at this hub; its operator sets oidcCommandClient"));
        count();
        try {
            URI where = issuer.endpoint(endpoint)
                    .orElseThrow(() -> CallException.refused(
                            "LOGIN_NOT_FOR_COMMANDS", "the login service has no device login: no " + endpoint));
            Map<String, String> form = new LinkedHashMap<>(fields);
            form.put("client_id", client);
            IssuerDoor.Answer answer = door.post(where, form);
            if (answer.status() >= 500) {
                throw new IOException("the login service answered " + answer.status());
            }
            return new Said(answer.status(), json(answer.body()));
        } catch (IssuerAway e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Map<String, Object> json(String body) {
        try {
            return JSONObjectUtils.parse(body);
        } catch (ParseException e) {
            // An error page is no answer of the protocol; its status says enough.
            return Map.of();
        }
    }

    private synchronized void count() throws IOException {
        long now = clock.millis() / 60_000;
        if (now != minute) {
            minute = now;
            asked = 0;
        }
        if (asked++ >= MOST_A_MINUTE) {
            throw new IOException("more than " + MOST_A_MINUTE + " questions to the login service in a minute");
        }
    }

    private static String bounded(String secret) {
        if (secret.isEmpty() || secret.length() > LONGEST) {
            throw refused("the login service knows of no such sign-in");
        }
        return secret;
    }

    private static CallException refused(String why) {
        return CallException.refused("LOGIN_REFUSED", why);
    }
}
