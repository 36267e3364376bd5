package org.osteon.cli.login;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;

/**
 * The device authorisation flow (RFC 8628): the command shows an address and a code, a person opens the address in any
 * browser, and the command asks now and then whether they are done, never faster than the service allows.
 */
final class DeviceFlow {
    private static final int DEFAULT_INTERVAL = 5;
    private static final int SLOWER_BY = 5;
    private static final int LONGEST_INTERVAL = 60;
    private static final int LONGEST_CODE = 1800;

    private final LoginService service;
    private final Clock clock;

    DeviceFlow(LoginService service, Clock clock) {
        this.service = service;
        this.clock = clock;
    }

    /** Begins; the consumer gets the service's answer to show, then the tokens are waited for and returned. */
    JsonNode run(Consumer<JsonNode> show) throws InterruptedException {
        LoginService.Answer begun = service.post("device_authorization_endpoint", Map.of("scope", "openid profile"));
        if (begun.status() != 200) {
            throw CliException.wrongCallCoded(
                    "LOGIN_NOT_FOR_COMMANDS",
                    "login.client",
                    service.facts().path("client").asText(),
                    begun.status() + " " + begun.error());
        }
        show.accept(begun.json());
        int interval = Math.max(1, begun.json().path("interval").asInt(DEFAULT_INTERVAL));
        long until = clock.millis()
                + 1000L * Math.min(LONGEST_CODE, begun.json().path("expires_in").asLong(LONGEST_CODE));
        while (clock.millis() < until) {
            Thread.sleep(interval * 1000L);
            LoginService.Answer answer = ask(begun.json().path("device_code").asText());
            if (answer.status() == 200) {
                return answer.json();
            }
            interval = Math.min(LONGEST_INTERVAL, next(answer, interval));
        }
        throw new CliException(ExitCode.TRY_AGAIN, "login.expired");
    }

    private LoginService.Answer ask(String code) {
        try {
            return service.post(
                    "token_endpoint",
                    Map.of("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", code));
        } catch (CliException e) {
            // Section 3.5: a connection that fails is tried again, twice as slowly.
            return new LoginService.Answer(0, com.fasterxml.jackson.databind.node.MissingNode.getInstance());
        }
    }

    static int next(LoginService.Answer answer, int interval) {
        if (answer.status() == 0 || answer.status() >= 500) {
            return interval * 2;
        }
        return switch (answer.error()) {
            case "authorization_pending" -> interval;
            case "slow_down" -> interval + SLOWER_BY;
            case "access_denied" -> throw new CliException(ExitCode.REFUSED, "login.denied");
            case "expired_token" -> throw new CliException(ExitCode.TRY_AGAIN, "login.expired");
            default ->
                throw new CliException(ExitCode.REFUSED, "login.refused", answer.status() + " " + answer.error());
        };
    }
}
