package org.osteon.learning.engine;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.osteon.learning.TrainingData;

/**
 * Whole patients' rows, a patient's rows adjacent.
 *
 * @param data the rows
 * @param rows indices of the rows in the batch
 * @param groupEnds for each patient the position in {@code rows} after its last row, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // built per step and read once
public record Batch(TrainingData data, int[] rows, int[] groupEnds) {
    /**
     * The rows of some patients.
     *
     * @param rowsByPatient as of {@link TrainingData#rowsByPatient()}
     * @param patients indices into it
     * @param from first position in {@code patients}
     * @param to position after the last
     */
    public static Batch of(TrainingData data, int[][] rowsByPatient, int[] patients, int from, int to) {
        int[] ends = new int[to - from];
        int count = 0;
        for (int i = from; i < to; i++) {
            count += rowsByPatient[patients[i]].length;
            ends[i - from] = count;
        }
        int[] rows = new int[count];
        int at = 0;
        for (int i = from; i < to; i++) {
            int[] own = rowsByPatient[patients[i]];
            System.arraycopy(own, 0, rows, at, own.length);
            at += own.length;
        }
        return new Batch(data, rows, ends);
    }

    /** The batch without some of its patients, given by their position. */
    public Batch without(IntPredicate dropped) {
        int[][] kept = IntStream.range(0, patients())
                .filter(dropped.negate())
                .mapToObj(p -> Arrays.copyOfRange(rows, p == 0 ? 0 : groupEnds[p - 1], groupEnds[p]))
                .toArray(int[][]::new);
        return of(data, kept, IntStream.range(0, kept.length).toArray(), 0, kept.length);
    }

    /** Patients in the batch. */
    public int patients() {
        return groupEnds.length;
    }

    /** Whether each patient has one row. */
    public boolean oneRowEach() {
        return patients() == rows.length;
    }
}
