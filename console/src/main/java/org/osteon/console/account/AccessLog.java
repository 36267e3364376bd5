package org.osteon.console.account;

/** Who came in and who looked at what, as events in the daemon's own log. */
public interface AccessLog {
    /** Somebody signed in. */
    void signedIn(Person who);

    /** Somebody signed out, or was signed out by the login service. */
    void signedOut(Person who);

    /**
     * Somebody was shown a study's data.
     *
     * @param study the study's digest in hex
     * @param page which page, in a word
     */
    void looked(Person who, String study, String page);
}
