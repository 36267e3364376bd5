package org.osteon.site.console;

import java.util.List;
import java.util.Map;
import org.osteon.console.page.Bar;
import org.osteon.console.page.Show;
import org.osteon.console.page.Words;

/** The privacy budget as a bar: spent, asked now, left after. */
final class BudgetBar {
    private final Words words;
    private final Show show;

    BudgetBar(Words words, Show show) {
        this.words = words;
        this.show = show;
    }

    /** The bar of a study under review. */
    String of(Map<String, Object> review) {
        double total = number(((Map<?, ?>) review.getOrDefault("policy", Map.of())).get("epsilonTotal"));
        double remaining = number(review.get("remaining"));
        double asked = "open".equals(review.get("decision")) ? number(review.get("planned")) : 0;
        return bar(total, Math.max(0, total - remaining), asked);
    }

    /** The bar of what {@code data budget} answers, for the set that has spent most. */
    String spent(Map<String, Object> budget) {
        double spent = 0;
        for (Object set : (List<?>) budget.getOrDefault("sets", List.of())) {
            spent = Math.max(spent, number(((Map<?, ?>) set).get("epsilon")));
        }
        return of(number(budget.get("epsilonTotal")), spent);
    }

    /** The bar of a set of patients. */
    String of(double total, double spent) {
        return bar(total, spent, 0);
    }

    private String bar(double total, double spent, double asked) {
        double left = Math.max(0, total - spent - asked);
        String title =
                words.of("budget.bar", show.number(spent), show.number(asked), show.number(left), show.number(total));
        Bar bar = new Bar(title, Math.max(total, spent + asked))
                .part("spent", spent, words.of("budget.spent", show.number(spent)));
        if (asked > 0) {
            bar.part("asked", asked, words.of("budget.asked", show.number(asked)));
        }
        return bar.part("left", left, words.of("budget.left", show.number(left)))
                .html();
    }

    private static double number(@org.jspecify.annotations.Nullable Object value) {
        return value == null ? 0 : Double.parseDouble(value.toString());
    }
}
