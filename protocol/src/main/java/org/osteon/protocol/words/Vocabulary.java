package org.osteon.protocol.words;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import org.osteon.protocol.document.CanonicalJson;

/** What stable codes and the values of documents mean, in one language. */
public final class Vocabulary {
    private final ResourceBundle bundle;

    private Vocabulary(ResourceBundle bundle) {
        this.bundle = bundle;
    }

    /** The words of a language: Chinese, or else English. */
    public static Vocabulary of(Locale locale) {
        return new Vocabulary(ResourceBundle.getBundle(
                "org.osteon.protocol.words.words",
                "zh".equals(locale.getLanguage()) ? Locale.CHINESE : Locale.ENGLISH,
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES)));
    }

    /** A code's sentence with open {@code {name}} places, where it has one. */
    public Optional<String> sentence(String code) {
        String key = "code." + code;
        return bundle.containsKey(key) ? Optional.of(bundle.getString(key)) : Optional.empty();
    }

    /**
     * What a stable code means, without the code.
     *
     * @param values an object whose members fill the sentence's {@code {name}} places; shown as JSON behind the code
     *     where it has no sentence
     */
    public String meaning(String code, JsonNode values) {
        Optional<String> sentence = sentence(code);
        if (sentence.isEmpty()) {
            return values.isEmpty()
                    ? code
                    : code + " " + new String(CanonicalJson.write(values), StandardCharsets.UTF_8);
        }
        String text = sentence.orElseThrow();
        for (Iterator<Map.Entry<String, JsonNode>> fields = values.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            text = text.replace("{" + field.getKey() + "}", field.getValue().asText());
        }
        return text;
    }

    /**
     * A value that has a word in the language, such as a verdict; of a value in several words the first, such as
     * {@code cap} in {@code cap 120}; any other as it is.
     */
    public String word(String value) {
        int space = value.indexOf(' ');
        return known(value)
                .or(() -> space < 0
                        ? Optional.empty()
                        : known(value.substring(0, space)).map(head -> head + value.substring(space)))
                .orElse(value);
    }

    private Optional<String> known(String value) {
        String key = "word." + value;
        return bundle.containsKey(key) ? Optional.of(bundle.getString(key)) : Optional.empty();
    }
}
