package org.osteon.adapters.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.parquet.TableSchema;
import org.osteon.adapters.view.Row;
import org.osteon.adapters.view.View;
import org.osteon.adapters.view.ViewException;
import org.osteon.protocol.document.Digest;

/** A table made by a view: from one resource to de-identified rows. Immutable. */
public final class ViewMapping {
    private final View view;
    private final TableSchema schema;
    private final List<ColumnRule> rules;
    private final int[] positions;
    private final Digest digest;

    ViewMapping(View view, TableSchema schema, List<ColumnRule> rules, int[] positions, Digest digest) {
        this.view = view;
        this.schema = schema;
        this.rules = List.copyOf(rules);
        this.positions = positions.clone();
        this.digest = digest;
    }

    /** The type of resource that gives rows. */
    public String resource() {
        return view.resource();
    }

    /** The table. */
    public TableSchema schema() {
        return schema;
    }

    /** Digest of the view definition and its actions. */
    public Digest digest() {
        return digest;
    }

    /**
     * The rows of one resource, values in the order of {@link #schema}.
     *
     * @throws UnitRefused if the resource is left out or does not fit; then it gives no row at all
     */
    public List<@Nullable Object[]> rows(JsonNode resource, Pseudonyms pseudonyms) {
        List<Row> raw = raw(resource);
        if (raw.isEmpty()) {
            throw new UnitRefused(Reason.NOT_SELECTED);
        }
        List<@Nullable Object[]> rows = new ArrayList<>(raw.size());
        UnitRefused filtered = null;
        for (Row row : raw) {
            try {
                rows.add(row(row, pseudonyms));
            } catch (UnitRefused e) {
                if (e.reason().disposition() != Disposition.FILTERED) {
                    throw e;
                }
                filtered = e;
            }
        }
        if (rows.isEmpty() && filtered != null) {
            throw filtered;
        }
        return rows;
    }

    private List<Row> raw(JsonNode resource) {
        try {
            return view.rows(resource);
        } catch (ViewException e) {
            throw new UnitRefused(Reason.VIEW_FAILED);
        }
    }

    private @Nullable Object[] row(Row row, Pseudonyms pseudonyms) {
        @Nullable Object[] values = new @Nullable Object[rules.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = rules.get(i).value(row.value(positions[i]), pseudonyms);
        }
        return values;
    }
}
