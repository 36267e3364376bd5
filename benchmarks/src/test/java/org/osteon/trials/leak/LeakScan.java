package org.osteon.trials.leak;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds many byte patterns in data: one rolling hash a pattern length (Karp and Rabin 1987), every hit compared byte by
 * byte.
 */
final class LeakScan {
    private static final long BASE = 0x9E3779B97F4A7C15L;

    private final Map<Integer, OfLength> byLength = new HashMap<>();

    private record Pattern(Secret needle, String encoding, byte[] bytes) {}

    /** Patterns of one length by their hashes. Nearly all places are passed over by a look at sixteen bits. */
    private static final class OfLength {
        private final Map<Long, List<Pattern>> patterns = new HashMap<>();
        private final boolean[] beginnings = new boolean[1 << 16];

        void add(Pattern pattern) {
            long hash = hash(pattern.bytes(), pattern.bytes().length);
            patterns.computeIfAbsent(hash, unused -> new ArrayList<>()).add(pattern);
            beginnings[beginning(hash)] = true;
        }

        List<Pattern> candidates(long hash) {
            return beginnings[beginning(hash)] ? patterns.getOrDefault(hash, List.of()) : List.of();
        }

        private static int beginning(long hash) {
            return (int) (hash >>> 48);
        }
    }

    /**
     * A find.
     *
     * @param needle what was found
     * @param encoding in which form
     * @param where container and place
     */
    record Find(Secret needle, String encoding, String where) {}

    LeakScan(List<? extends Secret> needles) {
        for (Secret needle : needles) {
            needle.patterns()
                    .forEach((encoding, bytes) -> byLength.computeIfAbsent(bytes.length, unused -> new OfLength())
                            .add(new Pattern(needle, encoding, bytes)));
        }
    }

    /** Every find in a piece of data. */
    List<Find> scan(String where, byte[] data) {
        List<Find> finds = new ArrayList<>();
        byLength.forEach((length, patterns) -> scan(where, data, length, patterns, finds));
        return finds;
    }

    private static void scan(String where, byte[] data, int length, OfLength patterns, List<Find> finds) {
        if (data.length < length) {
            return;
        }
        long first = 1;
        for (int i = 1; i < length; i++) {
            first *= BASE;
        }
        long rolling = hash(data, length);
        for (int at = 0; ; at++) {
            for (Pattern pattern : patterns.candidates(rolling)) {
                if (equal(pattern.bytes(), data, at) && pattern.needle().holdsAt(data, at, length)) {
                    finds.add(new Find(pattern.needle(), pattern.encoding(), where + " at " + at));
                }
            }
            if (at + length >= data.length) {
                return;
            }
            rolling = (rolling - data[at] * first) * BASE + data[at + length];
        }
    }

    private static boolean equal(byte[] pattern, byte[] data, int at) {
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i] != data[at + i]) {
                return false;
            }
        }
        return true;
    }

    private static long hash(byte[] data, int length) {
        long hash = 0;
        for (int i = 0; i < length; i++) {
            hash = hash * BASE + data[i];
        }
        return hash;
    }
}
