package org.osteon.coordinator.control;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.osteon.console.account.Person;
import org.osteon.console.oidc.LoginService;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.flower.wire.GetAuthTokensRequest;
import org.osteon.protocol.flower.wire.GetAuthTokensResponse;
import org.osteon.protocol.flower.wire.GetLoginDetailsResponse;
import org.osteon.protocol.flower.wire.RefreshAuthTokensRequest;
import org.osteon.protocol.flower.wire.RefreshAuthTokensResponse;

/** Signing in through the hub's login service; a hub without one lets nobody in. */
final class ControlLogin {
    private final Supplier<Optional<LoginService>> service;
    private final boolean expected;

    /**
     * Signing in.
     *
     * @param service the login service, once it is there
     * @param expected whether the hub has one
     */
    ControlLogin(Supplier<Optional<LoginService>> service, boolean expected) {
        this.service = service;
        this.expected = expected;
    }

    /** Says, where it is so, that nobody can sign in here at all. */
    void requireService() {
        service();
    }

    /** Who holds a token; the token is never logged. */
    Optional<Person> holder(String token) {
        return service().holder(token);
    }

    GetLoginDetailsResponse details() {
        LoginService.Device device = asked(LoginService::begin);
        return GetLoginDetailsResponse.newBuilder()
                .setAuthnType("oidc")
                .setDeviceCode(device.code())
                .setVerificationUriComplete(device.page())
                .setExpiresIn(device.seconds())
                .setInterval(device.interval())
                .build();
    }

    /** Both tokens, or two empty texts while the person is not done. */
    GetAuthTokensResponse tokens(GetAuthTokensRequest request) {
        return asked(login -> login.finish(request.getDeviceCode()))
                .map(tokens -> GetAuthTokensResponse.newBuilder()
                        .setAccessToken(tokens.access())
                        .setRefreshToken(tokens.refresh())
                        .build())
                .orElse(GetAuthTokensResponse.getDefaultInstance());
    }

    RefreshAuthTokensResponse refresh(RefreshAuthTokensRequest request) {
        LoginService.Tokens tokens = renewed(request.getRefreshToken());
        return RefreshAuthTokensResponse.newBuilder()
                .setAccessToken(tokens.access())
                .setRefreshToken(tokens.refresh())
                .build();
    }

    /** New tokens for a refresh token; where the service gives no new refresh token the old one stays. */
    LoginService.Tokens renewed(String refreshToken) {
        LoginService.Tokens tokens;
        try {
            tokens = service().refresh(refreshToken);
        } catch (CallException e) {
            throw ControlRefusal.notSignedIn();
        } catch (IOException e) {
            throw away();
        }
        return tokens.refresh().isEmpty() ? new LoginService.Tokens(tokens.access(), refreshToken) : tokens;
    }

    private interface Question<T> {
        T ask(LoginService login) throws IOException;
    }

    private <T> T asked(Question<T> question) {
        try {
            return question.ask(service());
        } catch (CallException e) {
            throw ControlRefusal.of(e);
        } catch (IOException e) {
            throw away();
        }
    }

    private LoginService service() {
        if (!expected) {
            throw ControlRefusal.noLoginService(
                    "this hub has no login service, so nobody can sign in with the flwr command; its operator sets"
                            + " oidcIssuer and oidcCommandClient");
        }
        return service.get()
                .orElseThrow(() -> ControlRefusal.again("the hub's pages, which know its login service, are not open"));
    }

    private static ControlRefusal away() {
        return ControlRefusal.again("the login service cannot be reached; try again");
    }
}
