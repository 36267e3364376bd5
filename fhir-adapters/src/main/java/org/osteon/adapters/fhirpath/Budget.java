package org.osteon.adapters.fhirpath;

/**
 * Bounds the work of one evaluation: nested iterations multiply, and an expression over a long resource must end. Used
 * by one thread.
 */
final class Budget {
    /** The largest number of items that the iterations of one evaluation may visit and collect together. */
    static final int MAX_ITEMS = 1_000_000;

    /** The longest text that may be put together, in UTF-16 units. */
    static final int MAX_TEXT = 16 * 1024 * 1024;

    private int items;

    /**
     * Counts work.
     *
     * @throws FhirPathException LIMIT
     */
    void spend(int count) {
        items += Math.min(count, MAX_ITEMS);
        if (items > MAX_ITEMS) {
            throw new FhirPathException(
                    FhirPathException.Code.LIMIT, "one evaluation visits more than " + MAX_ITEMS + " items");
        }
    }

    /**
     * Refuses a text that would become too long.
     *
     * @throws FhirPathException LIMIT
     */
    static void checkText(long length) {
        if (length > MAX_TEXT) {
            throw new FhirPathException(
                    FhirPathException.Code.LIMIT, "a text gets longer than " + MAX_TEXT + " characters");
        }
    }
}
