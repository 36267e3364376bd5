package org.osteon.site.console;

import java.util.Arrays;

/** Bytes as people compare them: sixteen a line with their place and their text; lines that repeat are a star. */
final class HexDump {
    private static final int WIDTH = 16;

    private HexDump() {}

    static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        boolean starred = false;
        for (int at = 0; at < bytes.length; at += WIDTH) {
            int end = Math.min(bytes.length, at + WIDTH);
            boolean repeats = at > 0 && end < bytes.length && Arrays.equals(bytes, at, end, bytes, at - WIDTH, at);
            if (!repeats) {
                line(bytes, at, end, text);
            } else if (!starred) {
                text.append("*\n");
            }
            starred = repeats;
        }
        return text.append("%08x".formatted(bytes.length)).append('\n').toString();
    }

    private static void line(byte[] bytes, int at, int end, StringBuilder text) {
        text.append("%08x ".formatted(at));
        for (int i = at; i < at + WIDTH; i++) {
            text.append(i < end ? " %02x".formatted(bytes[i]) : "   ");
        }
        text.append("  |");
        for (int i = at; i < end; i++) {
            text.append(bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char) bytes[i] : '.');
        }
        text.append("|\n");
    }
}
