package org.osteon.console.account;

import java.util.Optional;

/** Who holds an access token that came with a request to the REST API (RFC 6750). */
public interface BearerTokens {
    /** The person, or empty if the token is unknown, ended, or not made for this console. The token is never logged. */
    Optional<Person> holder(String token);
}
