package org.osteon.console.account;

/** Who made and ended which access token, as events in the daemon's own log. A token is named by its public part. */
public interface TokenLog {
    /** Somebody made a token for a program. */
    void made(Person who, String token);

    /** Somebody ended a token of theirs. */
    void revoked(Person who, String token);
}
