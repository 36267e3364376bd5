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
