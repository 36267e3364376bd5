package org.osteon.trials.leak;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One planted secret.
 *
 * @param kind what it is: name, id, phone, date, or where a canary sits
 * @param text the secret
 */
record Needle(String kind, String text) implements Secret {
    private static final Charset GB18030 = Charset.forName("GB18030");
    private static final int SHORTEST = 6;

    /** Every byte sequence that shows it, by encoding; those too short to be more than chance are left out. */
    @Override
    public Map<String, byte[]> patterns() {
        Map<String, byte[]> patterns = new LinkedHashMap<>();
        put(patterns, "UTF-8", text.getBytes(StandardCharsets.UTF_8));
        put(patterns, "UTF-16LE", text.getBytes(StandardCharsets.UTF_16LE));
        put(patterns, "UTF-16BE", text.getBytes(StandardCharsets.UTF_16BE));
        put(patterns, "GB18030", text.getBytes(GB18030));
        base64(patterns, "Base64", text.getBytes(StandardCharsets.UTF_8));
        base64(patterns, "Base64 of GB18030", text.getBytes(GB18030));
        return patterns;
    }

    /** At each of three alignments, the characters that depend on the secret's bytes alone. */
    private static void base64(Map<String, byte[]> patterns, String name, byte[] secret) {
        for (int shift = 0; shift < 3; shift++) {
            byte[] shifted = new byte[shift + secret.length];
            System.arraycopy(secret, 0, shifted, shift, secret.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            int from = shift == 0 ? 0 : shift + 1;
            int to = shifted.length * 8 / 6;
            put(
                    patterns,
                    name + " at " + shift,
                    Arrays.copyOfRange(encoded.getBytes(StandardCharsets.US_ASCII), from, to));
        }
    }

    private static void put(Map<String, byte[]> patterns, String name, byte[] pattern) {
        boolean unknown = patterns.values().stream().noneMatch(known -> Arrays.equals(known, pattern));
        if (pattern.length >= SHORTEST && unknown) {
            patterns.put(name, pattern);
        }
    }

    /** Whether a find at this place is the secret and not a part of a longer number. */
    @Override
    public boolean holdsAt(byte[] data, int from, int length) {
        if (!text.matches("[0-9]+")) {
            return true;
        }
        return !(from > 0 && partOfNumber(data[from - 1]))
                && !(from + length < data.length && partOfNumber(data[from + length]));
    }

    private static boolean partOfNumber(byte b) {
        return b >= '0' && b <= '9' || b == '.';
    }
}
