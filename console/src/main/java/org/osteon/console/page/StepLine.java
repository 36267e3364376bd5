package org.osteon.console.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.web.util.HtmlUtils;

/** A quantity that grows in steps over time, as accessible SVG under a title that says the finding. */
public final class StepLine {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 200;

    private final String finding;
    private final long from;
    private final long until;
    private final double limit;
    private final List<Point> points = new ArrayList<>();

    private record Point(long time, double value) {}

    /**
     * A line over a span of time.
     *
     * @param from epoch milliseconds, where it is 0
     * @param until epoch milliseconds, where it ends
     * @param limit a value that is drawn as a line across
     */
    public StepLine(String finding, long from, long until, double limit) {
        this.finding = finding;
        this.from = from;
        this.until = Math.max(until, from + 1);
        this.limit = limit;
    }

    /** From this moment on it has this value; moments in order. */
    public StepLine step(long time, double value) {
        points.add(new Point(time, value));
        return this;
    }

    /**
     * The picture.
     *
     * @param limitLabel what the line across is
     * @param lastLabel what the last value is
     * @param fromLabel the first moment
     * @param untilLabel the last moment
     */
    public String html(String limitLabel, String lastLabel, String fromLabel, String untilLabel) {
        double top =
                Math.max(limit, points.stream().mapToDouble(Point::value).max().orElse(0)) * 1.05;
        StringBuilder path = new StringBuilder();
        path.append("M0 ").append(HEIGHT);
        double y = HEIGHT;
        for (Point point : points) {
            double x = Math.max(0, Math.min(WIDTH, (point.time() - from) * (double) WIDTH / (until - from)));
            path.append(String.format(Locale.ROOT, " H%.2f", x));
            y = y(point.value(), top);
            path.append(String.format(Locale.ROOT, " V%.2f", y));
        }
        path.append(" H").append(WIDTH);
        double across = y(limit, top);
        return "<figure class=\"chart\"><figcaption>" + escape(finding)
                + "</figcaption><div class=\"plot\" role=\"img\" aria-label=\"" + escape(finding) + "\"><span>"
                + escape(limitLabel)
                + String.format(
                        Locale.ROOT,
                        "</span><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                                + "<path class=\"plot-area\" d=\"%s V%d Z\"/><path class=\"plot-line\" d=\"%s\"/>"
                                + "<path class=\"plot-limit\" d=\"M0 %.2f H%d\"/></svg>",
                        WIDTH,
                        HEIGHT,
                        path,
                        HEIGHT,
                        path,
                        across,
                        WIDTH)
                + "<span class=\"ends\"><span>" + escape(fromLabel) + "</span><strong>" + escape(lastLabel)
                + "</strong><span>" + escape(untilLabel) + "</span></span></div></figure>";
    }

    private static double y(double value, double top) {
        return top <= 0 ? HEIGHT : HEIGHT - value / top * HEIGHT;
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text);
    }
}
