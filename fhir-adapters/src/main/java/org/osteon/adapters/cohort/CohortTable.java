package org.osteon.adapters.cohort;

import java.util.List;

/**
 * A cohort: one row a patient.
 *
 * @param patients pseudonyms in ascending order, each once
 * @param columns names of the value columns, without {@code patient}, in the order of the query
 * @param values shape {@code [patient][column]}; NaN for NULL, booleans as 0 and 1
 */
public record CohortTable(List<String> patients, List<String> columns, double[][] values) {
    /** Takes copies of the lists, and the array as it is. */
    public CohortTable {
        patients = List.copyOf(patients);
        columns = List.copyOf(columns);
        if (values.length != patients.size()) {
            throw new IllegalArgumentException("values must have " + patients.size() + " rows, had " + values.length);
        }
    }

    /** The position of a column, −1 if there is none. */
    public int indexOf(String column) {
        return columns.indexOf(column);
    }

    /** The size; values are patient data and are not shown. */
    @Override
    public String toString() {
        return "CohortTable[" + patients.size() + " patients, " + columns.size() + " columns]";
    }
}
