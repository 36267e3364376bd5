package org.osteon.cli.officer.page;

/**
 * What a call is answered with.
 *
 * @param status HTTP status
 * @param body the page, or the place to go on at for status 303
 */
record Page(int status, String body) {
    private static final int SEE_OTHER = 303;

    /** A page. */
    static Page of(int status, Html.Element html) {
        StringBuilder out = new StringBuilder("<!DOCTYPE html>\n");
        html.write(out);
        return new Page(status, out.append('\n').toString());
    }

    /** Go on at a place of this program. */
    static Page to(String place) {
        return new Page(SEE_OTHER, place);
    }

    boolean elsewhere() {
        return status == SEE_OTHER;
    }
}
