package org.osteon.site.hosted;

/** A hosted app did not run, or what it answered may not leave; carries a code and no word of the app's. */
public final class HostedFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;
    private final String message;

    /** A failure with a stable code and a sentence for the site's operator. */
    public HostedFailure(String code, String message) {
        super(message);
        this.code = code;
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** The stable code, such as {@code HOSTED_APP_FAILED}. */
    public String code() {
        return code;
    }
}
