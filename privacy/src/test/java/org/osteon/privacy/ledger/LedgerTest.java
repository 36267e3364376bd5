package org.osteon.privacy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Ledger.Limit CAPSULE = new Ledger.Limit(2, 1e-5);
    private static final Ledger.Limit SITE = new Ledger.Limit(3, 1e-5);

    @Test
    void theSameQueryIsChargedOnce() {
        // Given
        Memory rows = new Memory();
        LedgerRows.Row row = row("q1", 30);

        // When
        Ledger.Outcome first = Ledger.reserve(rows, row, CAPSULE, SITE);
        Ledger.Outcome again = Ledger.reserve(rows, row, CAPSULE, SITE);
        rows.commit("q1");
        Ledger.Outcome later = Ledger.reserve(rows, row, CAPSULE, SITE);

        // Then
        assertThat(first).isInstanceOf(Ledger.Outcome.Reserved.class);
        assertThat(again).isInstanceOf(Ledger.Outcome.ReservedBefore.class);
        assertThat(later).isInstanceOf(Ledger.Outcome.CommittedBefore.class);
        assertThat(rows.all()).hasSize(1);
    }

    @Test
    void aQueryBeyondTheCapsuleIsRefusedAndNotCharged() {
        // Given
        Memory rows = new Memory();

        // When
        Ledger.Outcome outcome = Ledger.reserve(rows, row("q", 100_000), CAPSULE, SITE);

        // Then
        assertThat(outcome).isInstanceOf(Ledger.Outcome.Refused.class);
        assertThat(rows.all()).isEmpty();
    }

    @Property(tries = 60)
    void whateverIsAskedTheLimitsHold(@ForAll @Size(max = 12) List<@IntRange(min = 1, max = 400) Integer> steps) {
        // Given
        Memory rows = new Memory();

        // When
        for (int i = 0; i < steps.size(); i++) {
            Ledger.reserve(
                    rows,
                    new LedgerRows.Row("q" + i, "s" + i % 3, new Mechanism.DpSgdSteps(0.1, 2, steps.get(i)), false),
                    CAPSULE,
                    SITE);
        }

        // Then
        assertThat(Ledger.spent(rows.all()).epsilon(1e-5)).isLessThanOrEqualTo(SITE.epsilon());
        for (String study : List.of("s0", "s1", "s2")) {
            List<LedgerRows.Row> own =
                    rows.all().stream().filter(row -> row.study().equals(study)).toList();
            assertThat(Ledger.spent(own).epsilon(1e-5)).isLessThanOrEqualTo(CAPSULE.epsilon());
        }
    }

    private static LedgerRows.Row row(String query, long steps) {
        return new LedgerRows.Row(query, "study", new Mechanism.DpSgdSteps(0.1, 2, steps), false);
    }

    /** Rows in memory. */
    private static final class Memory implements LedgerRows {
        private final Map<String, Row> rows = new LinkedHashMap<>();

        @Override
        public Optional<Row> find(String query) {
            return Optional.ofNullable(rows.get(query));
        }

        @Override
        public List<Row> all() {
            return new ArrayList<>(rows.values());
        }

        @Override
        public void add(Row row) {
            rows.put(row.query(), row);
        }

        @Override
        public void commit(String query) {
            rows.computeIfPresent(query, (key, row) -> new Row(key, row.study(), row.mechanism(), true));
        }
    }
}
