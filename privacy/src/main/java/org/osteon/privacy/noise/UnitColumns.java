package org.osteon.privacy.noise;

/**
 * Draws an item by whole-number weights with one look at a table (Walker 1977; filled as by Vose 1991). An item of
 * weight w has w units, numbered from 0. All columns have equally many units: first the lowest of their own item, then
 * some of one other item; every unit of every item has one place.
 */
final class UnitColumns {
    private final long[] own;
    private final long[] shift;
    private final int[] other;

    /**
     * A table with as many columns as items.
     *
     * @param weights not negative; their sum is a multiple of their number
     */
    UnitColumns(long[] weights) {
        int count = weights.length;
        own = weights.clone();
        shift = new long[count];
        other = new int[count];
        long sum = 0;
        for (long weight : weights) {
            sum = Math.addExact(sum, weight);
        }
        if (sum % count != 0) {
            throw new IllegalArgumentException("the weights' sum must be a multiple of " + count + ", was " + sum);
        }
        fill(sum / count);
    }

    private void fill(long column) {
        int[] lacking = new int[own.length];
        int[] giving = new int[own.length];
        int lack = 0;
        int give = 0;
        for (int i = 0; i < own.length; i++) {
            if (own[i] < column) {
                lacking[lack++] = i;
            } else {
                giving[give++] = i;
            }
        }
        while (lack > 0) {
            int to = lacking[--lack];
            int from = giving[give - 1];
            own[from] -= column - own[to];
            other[to] = from;
            shift[to] = own[from] - own[to];
            if (own[from] < column) {
                give--;
                lacking[lack++] = from;
            }
        }
    }

    /** How many units of a column are of its own item. */
    long own(int column) {
        return own[column];
    }

    /** The other item of a column. */
    int other(int column) {
        return other[column];
    }

    /** What to add to a place in a column, from {@link #own} on, to have the other item's unit. */
    long shift(int column) {
        return shift[column];
    }
}
