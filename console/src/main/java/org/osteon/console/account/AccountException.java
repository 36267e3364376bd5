package org.osteon.console.account;

/** An account, link or passphrase that does not do; the code has a sentence in each language. */
public final class AccountException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;

    /** With its code. */
    public AccountException(String code) {
        super(code);
        this.code = code;
    }

    /** The code, such as {@code LINK_USED_OR_EXPIRED}. */
    public String code() {
        return code;
    }
}
