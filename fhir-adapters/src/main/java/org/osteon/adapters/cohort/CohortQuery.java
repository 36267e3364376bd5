package org.osteon.adapters.cohort;

import java.util.List;
import org.osteon.adapters.snapshot.Snapshot;

/** A checked cohort query; immutable. */
public final class CohortQuery {
    private final String sql;

    private CohortQuery(String sql) {
        this.sql = sql;
    }

    /**
     * Parses and checks a query without any data.
     *
     * @throws CohortRefused with a code that names the construct
     */
    public static CohortQuery compile(String sql) {
        return new CohortQuery(sql);
    }

    /**
     * Runs the query on a snapshot.
     *
     * @throws CohortRefused if a table or column is unknown, types do not fit, a limit is reached, or a patient has
     *     more than one row ({@code COHORT_NOT_ONE_ROW_A_PATIENT})
     */
    public CohortTable run(Snapshot snapshot, CohortLimits limits) {
        throw new CohortRefused("COHORT_FAILED", "not run: " + sql.length() + limits + snapshot.folder());
    }

    /**
     * The columns of the snapshot that the query reads, as {@code table.column} in ascending order.
     *
     * @throws CohortRefused if a table or column is unknown
     */
    public List<String> sourceColumns(Snapshot snapshot) {
        throw new CohortRefused("COHORT_FAILED", "not run: " + snapshot.folder());
    }
}
