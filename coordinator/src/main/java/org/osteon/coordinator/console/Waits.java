package org.osteon.coordinator.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sites a run waits for, for one reason.
 *
 * @param why code of the reason
 * @param sites each with {@code site} and {@code since}, its last contact
 * @param few whether each has a line of its own
 */
record Waits(String why, List<Map<String, Object>> sites, boolean few) {
    /** Most sites that have a line of their own. */
    private static final int FEW = 12;

    /** By reason, from a run's view. */
    static List<Waits> of(Map<String, Object> view) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> awaited = (List<Map<String, Object>>) view.getOrDefault("waitingFor", List.of());
        Map<String, List<Map<String, Object>>> byReason = new LinkedHashMap<>();
        awaited.forEach(one -> byReason.computeIfAbsent(String.valueOf(one.get("why")), unused -> new ArrayList<>())
                .add(one));
        return byReason.entrySet().stream()
                .map(entry -> new Waits(entry.getKey(), entry.getValue(), awaited.size() <= FEW))
                .toList();
    }

    /** Their names. */
    public List<String> names() {
        return sites.stream().map(one -> String.valueOf(one.get("site"))).toList();
    }
}
