package org.osteon.cli.output;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;

/** Sentences in Chinese and English; the two bundles have the same keys. */
public final class Messages {
    private final ResourceBundle bundle;
    private final Locale locale;

    private Messages(Locale locale) {
        this.locale = locale;
        this.bundle = ResourceBundle.getBundle(
                "org.osteon.cli.messages",
                locale,
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    /** The sentences of a language. */
    public static Messages of(Locale locale) {
        return new Messages(locale);
    }

    /** The sentence under the key with its values filled in. */
    public String say(String key, Object... values) {
        return new MessageFormat(bundle.getString(key), locale).format(values);
    }

    /** A field's heading, or its name where there is none. */
    public String field(String name) {
        String key = "field." + name;
        return bundle.containsKey(key) ? bundle.getString(key) : name;
    }
}
