package org.osteon.conformance.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Phrase;

/** A language's sentences for a report's codes; the two bundles have the same keys. */
public final class Sentences {
    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z0-9]+)}");

    private final String language;
    private final Properties bundle = new Properties();

    private Sentences(String language) {
        this.language = language;
        try (InputStream in = Objects.requireNonNull(
                        Sentences.class.getResourceAsStream("sentences_" + language + ".properties"));
                Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            bundle.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Chinese for a Chinese locale, English for any other. */
    public static Sentences of(Locale locale) {
        return new Sentences("zh".equals(locale.getLanguage()) ? "zh" : "en");
    }

    /** {@code zh} or {@code en}. */
    public String language() {
        return language;
    }

    /**
     * The text under a key.
     *
     * @throws IllegalArgumentException where there is none
     */
    public String say(String key) {
        String text = bundle.getProperty(key);
        if (text == null) {
            throw new IllegalArgumentException("no text for " + key + " in " + language);
        }
        return text;
    }

    /** A code's sentence with its values; the code and the values as they are where there is no sentence. */
    public String say(Phrase phrase) {
        String text = bundle.getProperty("phrase." + phrase.code());
        return text == null ? phrase.code() + " " + phrase.values() : filled(text, phrase.values());
    }

    /** The name of a measured value; the name in the report where there is none. */
    public String measure(String name) {
        return bundle.getProperty("measure." + name, name);
    }

    /** The name of a verdict. */
    public String outcome(Outcome outcome) {
        return say("outcome." + outcome.name());
    }

    /** A check's requirement or method; the key where there is none, as for a check that nobody knows. */
    public String of(String key) {
        return bundle.getProperty(key, key);
    }

    Set<String> keys() {
        return new TreeSet<>(bundle.stringPropertyNames());
    }

    private static String filled(String text, Map<String, String> values) {
        Matcher places = PLACE.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (places.find()) {
            String value = values.getOrDefault(places.group(1), places.group());
            places.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        return places.appendTail(filled).toString();
    }
}
