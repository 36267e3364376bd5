package org.osteon.coordinator.console;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.springframework.context.ApplicationContext;
import org.springframework.context.i18n.LocaleContextHolder;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.spring6.expression.ThymeleafEvaluationContext;

/**
 * Live parts of pages, rendered once for all who look at the same thing in the same language: a change is told to
 * hundreds of readers for the price of one.
 */
final class LiveParts {
    /** A rendered part says "5 s ago" and the like; it is not kept for longer. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int MOST = 64;

    /** What the template's own layout leaves before a tag; every reader would be sent it. */
    private static final Pattern INDENTATION = Pattern.compile("\\s*\n\\s*(?=<)");

    private final ITemplateEngine templates;
    private final ApplicationContext context;
    private final Map<String, Part> parts = new ConcurrentHashMap<>();

    LiveParts(ITemplateEngine templates, ApplicationContext context) {
        this.templates = templates;
        this.context = context;
    }

    private record Part(byte[] html, long made) {
        boolean fresh(long now) {
            return now - made < FRESH_NANOS;
        }
    }

    /**
     * The part as UTF-8.
     *
     * @param key what it shows, state and reader's role included
     * @param values made only when nobody has rendered the same just now
     */
    byte[] of(String template, String key, Locale locale, Supplier<Map<String, Object>> values) {
        String whole = template + " " + locale.toLanguageTag() + " " + key;
        long now = System.nanoTime();
        if (parts.size() > MOST) {
            parts.values().removeIf(part -> !part.fresh(now));
        }
        return parts.compute(
                        whole,
                        (unused, part) -> part != null && part.fresh(now)
                                ? part
                                : new Part(render(template, locale, values.get()), System.nanoTime()))
                .html();
    }

    private byte[] render(String template, Locale locale, Map<String, Object> values) {
        Locale before = LocaleContextHolder.getLocale();
        LocaleContextHolder.setLocale(locale);
        try {
            Context page = new Context(locale, values);
            page.setVariable(
                    ThymeleafEvaluationContext.THYMELEAF_EVALUATION_CONTEXT_CONTEXT_VARIABLE_NAME,
                    new ThymeleafEvaluationContext(context, null));
            return INDENTATION
                    .matcher(templates.process(template, page))
                    .replaceAll("\n")
                    .getBytes(StandardCharsets.UTF_8);
        } finally {
            LocaleContextHolder.setLocale(before);
        }
    }
}
