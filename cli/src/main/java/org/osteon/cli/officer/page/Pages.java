package org.osteon.cli.officer.page;

/** What a {@link PageServer} shows to the one browser it has let in; called by one thread at a time. */
interface Pages {
    /** Shows. Changes nothing outside this program. */
    Page show(Visit visit);

    /** Does what a form asks; the call came from a page of this program in this session. */
    Page act(Visit visit);

    /** Whether the officer has ended them. */
    boolean ended();

    /** A call that was not let in, or failed. */
    Page failed(int status, Visit visit, String reason);
}
