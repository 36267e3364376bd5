package org.osteon.console.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.web.util.HtmlUtils;

/** Rows of stacked parts over one scale, as accessible SVG under a title that says the finding. */
public final class Rows {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 16;

    private final String finding;
    private final Map<String, String> keys = new LinkedHashMap<>();
    private final List<Row> rows = new ArrayList<>();

    private record Row(String label, String value, Map<String, Double> parts) {
        double size() {
            return parts.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /** Rows that show this. */
    public Rows(String finding) {
        this.finding = finding;
    }

    /** A kind of part, a class of the stylesheet, in words; kinds are drawn in the order they are named. */
    public Rows key(String kind, String label) {
        keys.put(kind, label);
        return this;
    }

    /**
     * One more row.
     *
     * @param label what it is, left of it
     * @param value its whole, in words, right of it
     * @param parts sizes by kind, in one unit for all rows
     */
    public Rows row(String label, String value, Map<String, Double> parts) {
        rows.add(new Row(label, value, Map.copyOf(parts)));
        return this;
    }

    /** The picture, with the kinds that occur in it named below. */
    public String html() {
        double whole = rows.stream().mapToDouble(Row::size).max().orElse(0);
        StringBuilder html = new StringBuilder(4096);
        html.append("<figure class=\"chart\"><figcaption>")
                .append(escape(finding))
                .append("</figcaption><div class=\"rows\" role=\"img\" aria-label=\"")
                .append(escape(finding))
                .append("\">");
        for (Row row : rows) {
            html.append("<span>").append(escape(row.label())).append("</span><svg viewBox=\"0 0 ");
            html.append(WIDTH)
                    .append(' ')
                    .append(HEIGHT)
                    .append("\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
            double at = 0;
            for (String kind : keys.keySet()) {
                double width = whole <= 0 ? 0 : Math.max(0, row.parts().getOrDefault(kind, 0.0)) / whole * WIDTH;
                if (width > 0) {
                    html.append(String.format(
                            Locale.ROOT,
                            "<rect class=\"part-%s\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"%d\"/>",
                            escape(kind),
                            at,
                            width,
                            HEIGHT));
                }
                at += width;
            }
            html.append("</svg><span class=\"num\">")
                    .append(escape(row.value()))
                    .append("</span>");
        }
        html.append("</div><ul class=\"parts\">");
        keys.forEach((kind, label) -> {
            if (rows.stream().anyMatch(row -> row.parts().getOrDefault(kind, 0.0) > 0)) {
                html.append("<li class=\"key-")
                        .append(escape(kind))
                        .append("\">")
                        .append(escape(label))
                        .append("</li>");
            }
        });
        return html.append("</ul></figure>").toString();
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text);
    }
}
