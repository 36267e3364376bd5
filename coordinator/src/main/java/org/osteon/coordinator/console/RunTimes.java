package org.osteon.coordinator.console;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.console.page.Rows;
import org.osteon.console.page.Show;
import org.osteon.console.page.Words;
import org.osteon.coordinator.round.RunFigures.Exchange;

/** Where the time of rounds went, as a picture whose title says it. */
final class RunTimes {
    private static final List<String> PHASES =
            List.of("sending", "computing", "returning", "answering", "waiting", "combining");

    private final Show show;
    private final Words words;

    RunTimes(Show show, Words words) {
        this.show = show;
        this.words = words;
    }

    /** The phases that occur in these exchanges, in their order. */
    static List<String> phases(List<Exchange> exchanges) {
        return PHASES.stream()
                .filter(phase -> exchanges.stream().anyMatch(exchange -> exchange.spent(phase) >= 0))
                .toList();
    }

    /** The picture of the closed exchanges; nothing while none is closed. */
    Optional<String> chart(List<Exchange> exchanges) {
        List<Exchange> closed = exchanges.stream().filter(Exchange::closed).toList();
        if (closed.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Double> sums = new LinkedHashMap<>();
        closed.forEach(exchange -> sizes(exchange).forEach((name, size) -> sums.merge(name, size, Double::sum)));
        double whole = sums.values().stream().mapToDouble(Double::doubleValue).sum();
        Map.Entry<String, Double> most = sums.entrySet().stream()
                .max(Comparator.comparingDouble(Map.Entry::getValue))
                .orElseThrow();
        Exchange slowest =
                closed.stream().max(Comparator.comparingLong(Exchange::millis)).orElseThrow();
        Rows rows = new Rows(words.of(
                "run.timesFinding",
                whole <= 0 ? 0 : Math.round(100 * most.getValue() / whole),
                words.of("phase." + most.getKey()),
                label(slowest),
                show.span(slowest.millis()),
                slowest.last()));
        PHASES.forEach(phase -> rows.key(phase, words.of("phase." + phase)));
        closed.forEach(exchange -> rows.row(label(exchange), show.span(exchange.millis()), sizes(exchange)));
        return Optional.of(rows.html());
    }

    private String label(Exchange exchange) {
        return words.of("evaluate".equals(exchange.exchange()) ? "run.evaluationOf" : "run.roundOf", exchange.round());
    }

    private static Map<String, Double> sizes(Exchange exchange) {
        Map<String, Double> sizes = new LinkedHashMap<>();
        exchange.phases().forEach(phase -> sizes.merge(phase.name(), (double) phase.millis(), Double::sum));
        return sizes;
    }
}
