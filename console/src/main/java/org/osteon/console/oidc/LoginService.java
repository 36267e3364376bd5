package org.osteon.console.oidc;

import java.io.IOException;
import java.util.Optional;
import org.osteon.console.account.Person;

/**
 * The login service of a console for a command line that comes by another way than the pages: the same access tokens
 * count as in the REST API, and the device authorisation flow (RFC 8628) is asked for in the command's name.
 */
public interface LoginService {
    /** The person whom an access token of this service names, judged as in the REST API; the token is never logged. */
    Optional<Person> holder(String token);

    /**
     * Begins a device login.
     *
     * @throws IOException when the service cannot be reached
     * @throws org.osteon.protocol.call.CallException {@code LOGIN_NOT_FOR_COMMANDS} when it lets no command sign in
     */
    Device begin() throws IOException;

    /**
     * The tokens of a device login; nothing while the person is not done.
     *
     * @throws IOException when the service cannot be reached
     * @throws org.osteon.protocol.call.CallException {@code LOGIN_REFUSED} when it is denied, over or unknown
     */
    Optional<Tokens> finish(String deviceCode) throws IOException;

    /**
     * New tokens for a refresh token.
     *
     * @throws IOException when the service cannot be reached
     * @throws org.osteon.protocol.call.CallException {@code LOGIN_REFUSED} when it does not count any more
     */
    Tokens refresh(String refreshToken) throws IOException;

    /**
     * A device login that began.
     *
     * @param code what the command shows when it asks for tokens
     * @param page where a person signs in, the code for people in it
     * @param seconds how long that is possible
     * @param interval seconds between two questions
     */
    record Device(String code, String page, long seconds, long interval) {
        @Override
        public String toString() {
            return "Device[" + seconds + "]";
        }
    }

    /**
     * Tokens, never shown.
     *
     * @param access the access token
     * @param refresh the refresh token; empty where the service gives none
     */
    record Tokens(String access, String refresh) {
        @Override
        public String toString() {
            return "Tokens[]";
        }
    }
}
