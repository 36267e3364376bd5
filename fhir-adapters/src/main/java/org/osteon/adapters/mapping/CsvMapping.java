package org.osteon.adapters.mapping;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.parquet.TableSchema;
import org.osteon.protocol.document.Digest;

/** A table made from the columns of a delimited file: from one row to one de-identified row. Immutable. */
public final class CsvMapping {
    private final TableSchema schema;
    private final List<ColumnRule> rules;
    private final boolean onePerPatient;
    private final Digest digest;

    CsvMapping(TableSchema schema, List<ColumnRule> rules, boolean onePerPatient, Digest digest) {
        this.schema = schema;
        this.rules = List.copyOf(rules);
        this.onePerPatient = onePerPatient;
        this.digest = digest;
    }

    /** The table. */
    public TableSchema schema() {
        return schema;
    }

    /** Whether a second row of a patient is a duplicate (or a conflict, where it differs). */
    public boolean onePerPatient() {
        return onePerPatient;
    }

    /** Digest of the mapping. */
    public Digest digest() {
        return digest;
    }

    /** How many columns are read from the source. */
    public int width() {
        return rules.size();
    }

    /** Whether a file with this header is for this mapping: it has each column read exactly once. */
    public boolean fits(List<String> names) {
        return rules.stream().allMatch(rule -> Collections.frequency(names, rule.from()) == 1);
    }

    /** Binds the mapping to a file's header that {@link #fits}. */
    public Bound bind(List<String> names) {
        int[] positions =
                rules.stream().mapToInt(rule -> names.indexOf(rule.from())).toArray();
        return new Bound(positions, names.size());
    }

    /** The mapping for one order of columns. */
    public final class Bound {
        private final int[] positions;
        private final int width;

        private Bound(int[] positions, int width) {
            this.positions = positions;
            this.width = width;
        }

        /** The mapping. */
        public CsvMapping mapping() {
            return CsvMapping.this;
        }

        /**
         * The row of the table, values in the order of {@link #schema}.
         *
         * @throws UnitRefused if the fields do not fit
         */
        public @Nullable Object[] row(List<String> fields, Pseudonyms pseudonyms) {
            if (fields.size() != width) {
                throw new UnitRefused(Reason.COLUMN_COUNT);
            }
            @Nullable Object[] values = new @Nullable Object[positions.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = rules.get(i).value(fields.get(positions[i]), pseudonyms);
            }
            return values;
        }
    }
}
