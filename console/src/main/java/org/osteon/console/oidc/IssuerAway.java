package org.osteon.console.oidc;

/** The login service cannot be reached, or says what cannot be used; the log has the reference. */
final class IssuerAway extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reference;

    IssuerAway(String reference, Throwable cause) {
        super("the login service cannot be reached, reference " + reference, cause);
        this.reference = reference;
    }

    String reference() {
        return reference;
    }
}
