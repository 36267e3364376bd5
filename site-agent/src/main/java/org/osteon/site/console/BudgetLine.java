package org.osteon.site.console;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.console.page.Show;
import org.osteon.console.page.StepLine;
import org.osteon.console.page.Words;

/** What a set of patients has spent over time, as a picture whose title says how much of how much since when. */
final class BudgetLine {
    private final Words words;
    private final Show show;

    BudgetLine(Words words, Show show) {
        this.words = words;
        this.show = show;
    }

    /** The picture of a set of {@code data budget}; nothing before the first charge. */
    Optional<String> of(Map<?, ?> set, double total, Instant now) {
        List<?> history = (List<?>) Optional.ofNullable(set.get("history")).orElse(List.of());
        if (history.isEmpty()) {
            return Optional.empty();
        }
        long first = time(history.get(0));
        String last = show.number(((Map<?, ?>) history.get(history.size() - 1)).get("epsilonSum"));
        StepLine line = new StepLine(
                words.of(
                        "budget.finding",
                        show.time(first),
                        last,
                        show.number(total),
                        history.size(),
                        show.number(set.get("delta")),
                        words.value(String.valueOf(set.get("unit"))),
                        String.valueOf(set.get("accountant"))),
                first,
                now.toEpochMilli(),
                total);
        history.forEach(one ->
                line.step(time(one), Double.parseDouble(String.valueOf(((Map<?, ?>) one).get("epsilonSum")))));
        return Optional.of(line.html(
                words.of("budget.limit", show.number(total)),
                words.of("budget.now", last),
                show.time(first),
                show.time(now)));
    }

    private static long time(Object charge) {
        return Instant.parse(String.valueOf(((Map<?, ?>) charge).get("time"))).toEpochMilli();
    }
}
