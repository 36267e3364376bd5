package org.osteon.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.ResourceBundle;
import org.osteon.protocol.words.Vocabulary;

/** Sentences in Chinese and English; the two bundles have the same keys. */
public final class Messages {
    private final ResourceBundle bundle;
    private final Vocabulary vocabulary;
    private final Locale locale;

    private Messages(Locale locale) {
        this.locale = locale;
        this.vocabulary = Vocabulary.of(locale);
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

    /** Whether there is such a sentence. */
    public boolean has(String key) {
        return bundle.containsKey(key);
    }

    /** A field's heading, or its name where there is none. */
    public String field(String name) {
        String key = "field." + name;
        return bundle.containsKey(key) ? bundle.getString(key) : name;
    }

    /** What a stable code means, with the code; the code alone where it has no sentence. */
    public String code(String code) {
        return code(code, MissingNode.getInstance());
    }

    /** Whether a code has a sentence. */
    boolean knows(String code) {
        return vocabulary.sentence(code).isPresent();
    }

    /** A value that has a word in the language, such as a verdict; any other as it is. */
    public String word(String value) {
        return vocabulary.word(value);
    }

    /**
     * What a stable code means, with the code and its values.
     *
     * @param values an object whose members fill the sentence's {@code {name}} places; shown as JSON where the code has
     *     no sentence
     */
    public String code(String code, JsonNode values) {
        String meaning = vocabulary.meaning(code, values);
        return vocabulary.sentence(code).isPresent() ? meaning + " (" + code + ")" : meaning;
    }

    /**
     * A finding of a daemon or library: its own English sentence, behind the code's meaning where the language is
     * another, or where the sentence says of a decision or an instruction only that it does not count.
     */
    public String told(String code, String sentence) {
        if (code.isEmpty()) {
            return sentence;
        }
        String meaning = meaning(code).orElse("");
        boolean own =
                locale.getLanguage().equals("en") && !sentence.contains("does not count at this") || meaning.isEmpty();
        return own ? code + ": " + sentence : code + ": " + meaning + " – " + sentence;
    }

    /** What a code means, where it says so without values. */
    public Optional<String> meaning(String code) {
        return vocabulary.sentence(code).filter(sentence -> !sentence.isEmpty() && !sentence.contains("{"));
    }
}
