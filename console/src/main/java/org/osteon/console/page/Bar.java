package org.osteon.console.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.web.util.HtmlUtils;

/** A bar in parts, as accessible SVG: each part is named beside it, and a title tells what it shows. */
public final class Bar {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 24;

    private final String title;
    private final double whole;
    private final List<Part> parts = new ArrayList<>();

    private record Part(String kind, double size, String label) {}

    /** A bar whose full length means {@code whole}. */
    public Bar(String title, double whole) {
        this.title = title;
        this.whole = whole;
    }

    /** One more part. {@code kind} is a class of the stylesheet: spent, reserved, asked, left. */
    public Bar part(String kind, double size, String label) {
        parts.add(new Part(kind, Math.max(0, size), label));
        return this;
    }

    /** The picture, and a list of its parts in words below it. */
    public String html() {
        StringBuilder svg = new StringBuilder(1024);
        svg.append("<figure class=\"chart\"><svg role=\"img\" viewBox=\"0 0 ")
                .append(WIDTH)
                .append(' ')
                .append(HEIGHT)
                .append("\" preserveAspectRatio=\"none\" aria-label=\"")
                .append(escape(title))
                .append("\"><title>")
                .append(escape(title))
                .append("</title>");
        double at = 0;
        for (Part part : parts) {
            double width = whole <= 0 ? 0 : Math.min(WIDTH - at, part.size() / whole * WIDTH);
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"bar-%s\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"%d\"/>",
                    escape(part.kind()),
                    at,
                    width,
                    HEIGHT));
            at += width;
        }
        svg.append("</svg><figcaption><ul class=\"parts\">");
        for (Part part : parts) {
            svg.append("<li class=\"key-")
                    .append(escape(part.kind()))
                    .append("\">")
                    .append(escape(part.label()))
                    .append("</li>");
        }
        return svg.append("</ul></figcaption></figure>").toString();
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text);
    }
}
