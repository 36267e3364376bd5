package org.osteon.cli.officer.page;

import static org.osteon.cli.officer.page.Html.at;
import static org.osteon.cli.officer.page.Html.cls;
import static org.osteon.cli.officer.page.Html.el;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The privacy budget of this hospital's patients: spent by other studies, asked by this one, left after it. */
final class BudgetBar {
    private static final double WIDTH = 600;
    private static final double HEIGHT = 16;

    private final double total;
    private final double left;
    private final double asked;

    /**
     * A bar.
     *
     * @param total ε that all studies may cost a patient
     * @param left of it before this study
     * @param asked by this study
     */
    BudgetBar(double total, double left, double asked) {
        this.total = total;
        this.left = left;
        this.asked = asked;
    }

    /** What is left for other studies afterwards. */
    static double after(double left, double asked) {
        return Math.max(0, left - asked);
    }

    List<Html> content(Visit visit) {
        String sentence = visit.say(
                "page.budget",
                Words.measure(total),
                Words.measure(Math.max(0, total - left)),
                Words.measure(asked),
                Words.measure(after(left, asked)));
        List<Html> content = new ArrayList<>();
        if (total > 0) {
            double spent = Math.max(0, total - left) / total;
            double now = Math.min(asked / total, 1 - spent);
            content.add(el(
                    "svg",
                    cls("budget"),
                    at("viewBox", "0 0 600 16"),
                    at("preserveAspectRatio", "none"),
                    at("role", "img"),
                    at("aria-label", sentence),
                    bar("left", 0, 1),
                    bar("spent", 0, spent),
                    bar("asked", spent, now)));
        }
        content.add(el("p", sentence));
        return content;
    }

    private static Html bar(String name, double from, double share) {
        return el(
                "rect",
                cls(name),
                at("x", pixels(from)),
                at("y", "0"),
                at("width", pixels(share)),
                at("height", Double.toString(HEIGHT)));
    }

    private static String pixels(double share) {
        return String.format(Locale.ROOT, "%.1f", share * WIDTH);
    }
}
