package org.osteon.privacy.ledger;

import java.util.List;
import java.util.Optional;

/** Where the ledger's rows are kept; the site reads and writes them inside its own transaction. */
public interface LedgerRows {
    /** The row of a query, if one was made. */
    Optional<Row> find(String query);

    /** All rows of this patient set, over all studies and federations. */
    List<Row> all();

    /** Adds a row. */
    void add(Row row);

    /** Marks a row as committed. */
    void commit(String query);

    /**
     * One charge.
     *
     * @param query identity of the instruction that asked
     * @param study identity of the study
     * @param mechanism what was asked
     * @param committed whether a release left; a reservation counts as spent as well
     */
    record Row(String query, String study, Mechanism mechanism, boolean committed) {}
}
