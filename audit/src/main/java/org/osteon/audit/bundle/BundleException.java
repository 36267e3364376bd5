package org.osteon.audit.bundle;

/** A bundle is not what it must be; carries a stable code and the place. */
public final class BundleException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;
    private final String where;

    /** A failure with a stable code, at a place inside the bundle. */
    public BundleException(String code, String where) {
        super(code + " at " + where);
        this.code = code;
        this.where = where;
    }

    /** The stable code, such as {@code FILE_CHECKSUM}. */
    public String code() {
        return code;
    }

    /** A file name inside the bundle, or a part of the container. */
    public String where() {
        return where;
    }
}
