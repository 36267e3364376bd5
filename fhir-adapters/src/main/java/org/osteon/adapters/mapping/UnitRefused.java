package org.osteon.adapters.mapping;

/** A unit gives no rows. Holds the reason and nothing of the unit. */
public final class UnitRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Reason reason;

    /** With the one reason. */
    public UnitRefused(Reason reason) {
        super(reason.code(), null, false, false);
        this.reason = reason;
    }

    /** The one reason. */
    public Reason reason() {
        return reason;
    }
}
