package org.osteon.console.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Locale;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.words.Vocabulary;
import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.context.support.ResourceBundleMessageSource;

/** The sentences of the pages, by key, in the reader's language. */
public final class Words {
    private final MessageSource source;

    /** Over this source. */
    public Words(MessageSource source) {
        this.source = source;
    }

    /** The shared words and those of each daemon whose pages are on the class path. */
    public static ResourceBundleMessageSource source() {
        ResourceBundleMessageSource source = new ResourceBundleMessageSource();
        source.setBasenames(
                "org.osteon.console.words", "org.osteon.coordinator.console.words", "org.osteon.site.console.words");
        source.setDefaultEncoding("UTF-8");
        source.setFallbackToSystemLocale(false);
        source.setAlwaysUseMessageFormat(true);
        source.setDefaultLocale(Locale.ENGLISH);
        return source;
    }

    /** The sentence of a key. */
    public String of(String key, Object... values) {
        return String.valueOf(source.getMessage(key, values, LocaleContextHolder.getLocale()));
    }

    /** The sentence of a code in a group, such as {@code sign.SIGNED_OUT}; the code itself where there is none. */
    public String code(String group, String code) {
        return String.valueOf(source.getMessage(group + "." + code, null, code, LocaleContextHolder.getLocale()));
    }

    /** What a code of any room means. */
    public String meaning(String code) {
        return vocabulary().meaning(code, MissingNode.getInstance());
    }

    /** What a reason {@code {code, values}} of a document means. */
    public String reason(Object reason) {
        JsonNode node = CanonicalJson.readTree(CanonicalJson.write(reason));
        return node.isTextual()
                ? meaning(node.asText())
                : vocabulary().meaning(node.path("code").asText(), node.path("values"));
    }

    /** A document's value in the reader's language; as it is where it has no word. */
    public String value(Object value) {
        return vocabulary().word(String.valueOf(value));
    }

    private static Vocabulary vocabulary() {
        return Vocabulary.of(LocaleContextHolder.getLocale());
    }
}
