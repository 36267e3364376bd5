package org.osteon.cli.officer.page;

import java.util.Locale;
import org.osteon.cli.output.Messages;

/**
 * One call of the officer's own browser, let in.
 *
 * @param path what is asked for
 * @param form the fields of the form, or of the address
 * @param locale the language of the page
 * @param csrf the token that every form of this session carries
 */
record Visit(String path, Form form, Locale locale, String csrf) {
    /** The sentences of the page. */
    Messages messages() {
        return Messages.of(locale);
    }

    /** A sentence of the page. */
    String say(String key, Object... values) {
        return messages().say(key, values);
    }
}
