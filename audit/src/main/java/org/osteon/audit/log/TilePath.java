package org.osteon.audit.log;

/** Names of tiles (C2SP tlog-tiles): {@code tile/L/N}, three digits a step, {@code .p/W} for a partial one. */
final class TilePath {
    /** Hashes in a full tile. */
    static final int WIDTH = 256;

    private TilePath() {}

    static String hashes(int level, long index, int width) {
        return "tile/" + level + "/" + number(index) + partial(width);
    }

    static String entries(long index, int width) {
        return "tile/entries/" + number(index) + partial(width);
    }

    /** A tile by its place. */
    @FunctionalInterface
    interface Visitor {
        void tile(int level, long index, int width);
    }

    /** Visits each hash tile that a log needs when it grows from one size to another, lowest level first. */
    static void visit(long before, long after, Visitor visitor) {
        for (int level = 0; 8 * level < 63 && after >> (8 * level) > 0; level++) {
            long from = before >> (8 * level);
            long to = after >> (8 * level);
            for (long index = from / WIDTH; from < to && index * WIDTH < to; index++) {
                visitor.tile(level, index, (int) Math.min(WIDTH, to - index * WIDTH));
            }
        }
    }

    private static String partial(int width) {
        return width == WIDTH ? "" : ".p/" + width;
    }

    private static String number(long index) {
        String text = "%03d".formatted(index % 1000);
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            text = "x%03d/".formatted(rest % 1000) + text;
        }
        return text;
    }
}
