package org.osteon.adapters.cohort;

/** A cohort query is not run. The message names the construct, the column or the limit, never a value of a row. */
public final class CohortRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /** With a stable code and a sentence for the author of the query. */
    public CohortRefused(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable code, all of which {@code docs/spec/cohort-sql.md} lists. */
    public String code() {
        return code;
    }
}
