package org.osteon.adapters.snapshot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.parquet.TableSchema;
import org.osteon.protocol.document.Manifest.Risk;

/**
 * Gathers each patient's values of the quasi-identifiers, over all tables, and measures the classes of patients that
 * cannot be told apart by them. A patient without a value is in the class of those without one; several values of a
 * patient count as one set.
 */
final class RiskMeter {
    private record Place(int column, int quasi) {}

    private final List<String> quasi;
    private final Map<String, List<Place>> places = new HashMap<>();
    private final Map<String, @Nullable Object[]> patients = new HashMap<>();

    RiskMeter(List<String> quasiIdentifiers) {
        this.quasi = quasiIdentifiers;
    }

    /** Takes a row of a table into account. */
    void row(TableSchema schema, @Nullable Object[] row) {
        @Nullable Object[] values =
                patients.computeIfAbsent(String.valueOf(row[0]), patient -> new @Nullable Object[quasi.size()]);
        for (Place place : places.computeIfAbsent(schema.name(), name -> placesOf(schema))) {
            values[place.quasi] = union(values[place.quasi], row[place.column]);
        }
    }

    /** Distinct patients over all tables. */
    long patients() {
        return patients.size();
    }

    Risk risk() {
        Map<List<@Nullable Object>, Long> classes = new HashMap<>();
        patients.values().forEach(values -> classes.merge(Arrays.asList(values), 1L, Long::sum));
        long smallest =
                classes.values().stream().mapToLong(Long::longValue).min().orElse(0);
        long alone = classes.values().stream().filter(size -> size == 1).count();
        return new Risk(quasi, smallest, patients.isEmpty() ? 0 : (double) alone / patients.size());
    }

    private List<Place> placesOf(TableSchema schema) {
        List<Place> list = new ArrayList<>();
        for (int i = 0; i < schema.columns().size(); i++) {
            int at = quasi.indexOf(schema.name() + "." + schema.columns().get(i).name());
            if (at >= 0) {
                list.add(new Place(i, at));
            }
        }
        return list;
    }

    private static @Nullable Object union(@Nullable Object before, @Nullable Object value) {
        if (before == null || value == null || before.equals(value)) {
            return before == null ? value : before;
        }
        TreeSet<String> set = new TreeSet<>();
        if (before instanceof TreeSet<?> many) {
            many.forEach(one -> set.add(String.valueOf(one)));
        } else {
            set.add(String.valueOf(before));
        }
        set.add(String.valueOf(value));
        return set;
    }
}
