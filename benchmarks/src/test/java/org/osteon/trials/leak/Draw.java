package org.osteon.trials.leak;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A random draw, whole or half of it, as bytes, hex or Base64.
 *
 * @param hex the bytes
 */
record Draw(String hex) implements Secret {
    private static final int HALF = 16;

    @Override
    public String kind() {
        return "draw of " + hex.length() / 2 + " bytes";
    }

    @Override
    public Map<String, byte[]> patterns() {
        byte[] bytes = HexFormat.of().parseHex(hex);
        Map<String, byte[]> patterns = new LinkedHashMap<>();
        for (int from = 0; from + HALF <= bytes.length; from += HALF) {
            byte[] half = Arrays.copyOfRange(bytes, from, from + HALF);
            patterns.put("bytes from " + from, half);
            String text = HexFormat.of().formatHex(half);
            patterns.put("hex from " + from, text.getBytes(StandardCharsets.US_ASCII));
            patterns.put(
                    "HEX from " + from, text.toUpperCase(java.util.Locale.ROOT).getBytes(StandardCharsets.US_ASCII));
            for (int shift = 0; shift < 3; shift++) {
                byte[] shifted = new byte[shift + half.length];
                System.arraycopy(half, 0, shifted, shift, half.length);
                String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
                patterns.put(
                        "Base64 from " + from + " at " + shift,
                        encoded.substring(shift == 0 ? 0 : shift + 1, shifted.length * 8 / 6)
                                .getBytes(StandardCharsets.US_ASCII));
            }
        }
        return patterns;
    }
}
