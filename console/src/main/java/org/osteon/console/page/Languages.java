package org.osteon.console.page;

import java.util.List;
import java.util.Locale;
import org.springframework.web.servlet.i18n.CookieLocaleResolver;

/** Chinese or English: as chosen in the head of the page, else as the browser prefers, else English. */
public final class Languages extends CookieLocaleResolver {
    /** The languages there are words in. */
    public static final List<Locale> ALL = List.of(Locale.ENGLISH, Locale.CHINESE);

    /** Remembers a choice in a cookie. */
    public Languages() {
        super("__Host-osteon-lang");
        setCookieHttpOnly(true);
        setCookieSecure(true);
        setCookieSameSite("lax");
        setRejectInvalidCookies(false);
        setDefaultLocaleFunction(request -> of(Locale.lookup(
                java.util.Collections.list(request.getLocales()).stream()
                        .map(locale -> new Locale.LanguageRange(locale.toLanguageTag()))
                        .toList(),
                ALL)));
    }

    @Override
    protected Locale parseLocaleValue(String value) {
        return of(Locale.forLanguageTag(value));
    }

    private static Locale of(@org.jspecify.annotations.Nullable Locale wish) {
        return wish != null && "zh".equals(wish.getLanguage()) ? Locale.CHINESE : Locale.ENGLISH;
    }
}
