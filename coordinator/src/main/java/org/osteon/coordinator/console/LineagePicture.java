package org.osteon.coordinator.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.osteon.console.page.Words;
import org.osteon.coordinator.registry.Origins.Origin;
import org.osteon.protocol.document.ModelVersion;
import org.springframework.web.util.HtmlUtils;

/** From left to right: data snapshots, approvals, rounds, version, release; as SVG whose title says it. */
final class LineagePicture {
    private static final int MOST_ROWS = 6;
    private static final int BOX_WIDTH = 132;
    private static final int BOX_HEIGHT = 40;
    private static final int STEP_X = 164;
    private static final int STEP_Y = 52;
    private static final int TOP = 24;

    private final Words words;
    private final StringBuilder svg = new StringBuilder(4096);

    LineagePicture(Words words) {
        this.words = words;
    }

    /** A box: what stands in it, in two lines. */
    private record Box(String line, String id) {}

    /**
     * The picture.
     *
     * @param releasedBy who released it, empty where nobody did
     */
    static String of(Words words, ModelVersion version, List<Origin> origins, String releasedBy) {
        return new LineagePicture(words).draw(version, origins, releasedBy);
    }

    private String draw(ModelVersion version, List<Origin> origins, String releasedBy) {
        List<Box> snapshots = new ArrayList<>();
        List<Box> approvals = new ArrayList<>();
        if (origins.size() <= MOST_ROWS) {
            origins.forEach(origin -> {
                snapshots.add(new Box(origin.site(), origin.snapshot().brief()));
                approvals.add(new Box(origin.site(), origin.capsule().brief()));
            });
        } else {
            String sites = words.of("run.sitesCount", origins.size());
            snapshots.add(new Box(sites, ""));
            approvals.add(new Box(sites, ""));
        }
        int rows = Math.max(1, snapshots.size());
        int height = TOP + rows * STEP_Y;
        int middle = TOP + (rows * STEP_Y - STEP_Y) / 2;
        String title = words.of(
                "lineage.finding",
                origins.size(),
                version.round(),
                releasedBy.isEmpty() ? words.of("lineage.notReleased") : words.of("lineage.released", releasedBy));
        svg.append("<figure class=\"chart\"><figcaption>")
                .append(escape(title))
                .append(
                        "</figcaption><div class=\"scroll\" tabindex=\"0\"><svg class=\"graph\" role=\"img\" viewBox=\"0 0 ")
                .append(4 * STEP_X + BOX_WIDTH + 2)
                .append(' ')
                .append(height)
                .append("\" aria-label=\"")
                .append(escape(title))
                .append("\">");
        List<String> heads = List.of(
                "lineage.snapshots", "lineage.approvals", "lineage.rounds", "lineage.version", "lineage.release");
        for (int i = 0; i < heads.size(); i++) {
            text(i * STEP_X + 1, 14, "graph-head", words.of(heads.get(i)));
        }
        for (int i = 0; i < snapshots.size(); i++) {
            int y = TOP + i * STEP_Y;
            box(0, y, snapshots.get(i), "");
            line(0, y, 1, y);
            box(1, y, approvals.get(i), "");
            line(1, y, 2, middle);
        }
        String rounds =
                version.round() == 1 ? words.of("run.roundOf", 1) : words.of("lineage.roundsTo", version.round());
        box(2, middle, new Box(rounds, version.run()), "");
        line(2, middle, 3, middle);
        box(3, middle, new Box(words.of("model"), version.digest().brief()), "here");
        line(3, middle, 4, middle);
        box(
                4,
                middle,
                releasedBy.isEmpty() ? new Box(words.of("lineage.none"), "") : new Box(releasedBy, ""),
                releasedBy.isEmpty() ? "open" : "");
        return svg.append("</svg></div></figure>").toString();
    }

    private void box(int column, int y, Box box, String kind) {
        int x = column * STEP_X + 1;
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"graph-box %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>",
                kind,
                x,
                y,
                BOX_WIDTH,
                BOX_HEIGHT));
        text(x + 8, y + (box.id().isEmpty() ? 25 : 17), "graph-text", box.line());
        text(x + 8, y + 33, "graph-id", box.id());
    }

    private void line(int from, int fromY, int to, int toY) {
        int x1 = from * STEP_X + 1 + BOX_WIDTH;
        int x2 = to * STEP_X - 3;
        int y1 = fromY + BOX_HEIGHT / 2;
        int y2 = toY + BOX_HEIGHT / 2;
        svg.append(String.format(
                Locale.ROOT,
                "<path class=\"graph-line\" d=\"M%d %d C%d %d %d %d %d %d m-5 -4 l6 4 l-6 4\"/>",
                x1,
                y1,
                (x1 + x2) / 2,
                y1,
                (x1 + x2) / 2,
                y2,
                x2,
                y2));
    }

    private void text(int x, int y, String kind, String text) {
        String shown = text.length() > 18 ? text.substring(0, 17) + "…" : text;
        svg.append("<text class=\"")
                .append(kind)
                .append("\" x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y)
                .append("\">")
                .append(escape(shown))
                .append("</text>");
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text);
    }
}
