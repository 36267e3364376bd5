package org.osteon.adapters.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes text with code extensions (PS3.5 section 6.1.2.5, escape sequences of PS3.3 Tables C.12-3 and C.12-4).
 * Control characters and the delimiters {@code \ ^ =} return to the repertoire of the first declared value.
 */
final class Iso2022 {
    /** A designated set; {@code high} says that its bytes have the top bit in the charset's own encoding. */
    private record Designated(String charset, int width, boolean g1, boolean high, int prefix) {}

    private static final Map<String, Designated> ESCAPES = Map.ofEntries(
            Map.entry("(B", new Designated("US-ASCII", 1, false, false, -1)),
            Map.entry("(J", new Designated("JIS_X0201", 1, false, false, -1)),
            Map.entry(")I", new Designated("JIS_X0201", 1, true, true, -1)),
            Map.entry("-A", new Designated("ISO-8859-1", 1, true, true, -1)),
            Map.entry("-B", new Designated("ISO-8859-2", 1, true, true, -1)),
            Map.entry("-C", new Designated("ISO-8859-3", 1, true, true, -1)),
            Map.entry("-D", new Designated("ISO-8859-4", 1, true, true, -1)),
            Map.entry("-L", new Designated("ISO-8859-5", 1, true, true, -1)),
            Map.entry("-G", new Designated("ISO-8859-6", 1, true, true, -1)),
            Map.entry("-F", new Designated("ISO-8859-7", 1, true, true, -1)),
            Map.entry("-H", new Designated("ISO-8859-8", 1, true, true, -1)),
            Map.entry("-M", new Designated("ISO-8859-9", 1, true, true, -1)),
            Map.entry("-b", new Designated("ISO-8859-15", 1, true, true, -1)),
            Map.entry("-T", new Designated("TIS-620", 1, true, true, -1)),
            Map.entry("$B", new Designated("EUC-JP", 2, false, true, -1)),
            Map.entry("$(D", new Designated("EUC-JP", 2, false, true, 0x8F)),
            Map.entry("$)C", new Designated("EUC-KR", 2, true, true, -1)),
            Map.entry("$)A", new Designated("GB2312", 2, true, true, -1)));

    private static final Designated ASCII = new Designated("US-ASCII", 1, false, false, -1);

    private final Designated initialG0;
    private final @Nullable Designated initialG1;
    private Designated g0;
    private @Nullable Designated g1;

    Iso2022(String first) {
        String single = CharacterSets.singleByte(first)
                .orElseThrow(() -> new DicomException(
                        DicomCode.CHARSET_UNSUPPORTED, "the first declared character set is not a single-byte one"));
        initialG0 = single.equals("JIS_X0201") ? new Designated(single, 1, false, false, -1) : ASCII;
        initialG1 = single.equals("US-ASCII") ? null : new Designated(single, 1, true, true, -1);
        g0 = initialG0;
        g1 = initialG1;
    }

    String decode(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < bytes.length) {
            int b = bytes[at] & 0xFF;
            if (b == 0x1B) {
                at = designate(bytes, at + 1);
                continue;
            }
            Designated set = b < 0x80 ? g0 : g1;
            if (set == null) {
                throw undecodable("a byte above 7F without a designated set");
            }
            if (b < 0x20 || (set.width() == 1 && (b == '\\' || b == '^' || b == '='))) {
                text.append((char) b);
                g0 = initialG0;
                g1 = initialG1;
                at++;
                continue;
            }
            if (at + set.width() > bytes.length) {
                throw undecodable("half a two-byte character");
            }
            text.append(character(set, bytes, at));
            at += set.width();
        }
        return text.toString();
    }

    private int designate(byte[] bytes, int at) {
        for (int length = 2; length <= 3 && at + length <= bytes.length; length++) {
            Designated set = ESCAPES.get(new String(bytes, at, length, StandardCharsets.ISO_8859_1));
            if (set != null) {
                if (set.g1()) {
                    g1 = set;
                } else {
                    g0 = set;
                }
                return at + length;
            }
        }
        throw undecodable("an escape sequence that PS3.3 Tables C.12-3 and C.12-4 do not list");
    }

    private static String character(Designated set, byte[] bytes, int at) {
        ByteArrayOutputStream own = new ByteArrayOutputStream(3);
        if (set.prefix() >= 0) {
            own.write(set.prefix());
        }
        for (int i = 0; i < set.width(); i++) {
            own.write(set.high() ? bytes[at + i] | 0x80 : bytes[at + i]);
        }
        return CharacterSets.strict(set.charset(), own.toByteArray());
    }

    private static DicomException undecodable(String what) {
        return new DicomException(DicomCode.CHARSET_UNSUPPORTED, "a text value has " + what);
    }
}
