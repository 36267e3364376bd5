package org.osteon.adapters.dicom;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The repertoires that Specific Character Set (0008,0005) declares (PS3.3 section C.12.1.1.2), and decoding in them.
 * Text that does not decode is {@link DicomCode#CHARSET_UNSUPPORTED}, never replaced.
 */
final class CharacterSets {
    private static final Map<String, String> WITHOUT_EXTENSION = Map.ofEntries(
            Map.entry("", "US-ASCII"),
            Map.entry("ISO_IR 6", "US-ASCII"),
            Map.entry("ISO_IR 100", "ISO-8859-1"),
            Map.entry("ISO_IR 101", "ISO-8859-2"),
            Map.entry("ISO_IR 109", "ISO-8859-3"),
            Map.entry("ISO_IR 110", "ISO-8859-4"),
            Map.entry("ISO_IR 144", "ISO-8859-5"),
            Map.entry("ISO_IR 127", "ISO-8859-6"),
            Map.entry("ISO_IR 126", "ISO-8859-7"),
            Map.entry("ISO_IR 138", "ISO-8859-8"),
            Map.entry("ISO_IR 148", "ISO-8859-9"),
            Map.entry("ISO_IR 203", "ISO-8859-15"),
            Map.entry("ISO_IR 13", "JIS_X0201"),
            Map.entry("ISO_IR 166", "TIS-620"),
            Map.entry("ISO_IR 192", "UTF-8"),
            Map.entry("GB18030", "GB18030"),
            Map.entry("GBK", "GBK"));

    private final List<String> declared;

    private CharacterSets(List<String> declared) {
        this.declared = declared;
    }

    static CharacterSets of(List<String> declared) {
        return new CharacterSets(List.copyOf(declared));
    }

    String decode(byte[] bytes) {
        if (isAscii(bytes)) {
            return new String(bytes, StandardCharsets.US_ASCII);
        }
        String first = declared.isEmpty() ? "" : declared.get(0);
        if (declared.size() > 1 || first.startsWith("ISO 2022")) {
            return new Iso2022(first).decode(bytes);
        }
        String name = WITHOUT_EXTENSION.get(first);
        if (name == null) {
            throw new DicomException(DicomCode.CHARSET_UNSUPPORTED, "the declared character set is not supported");
        }
        return strict(name, bytes);
    }

    /** The Java name of a single-byte repertoire named with or without code extension. */
    static Optional<String> singleByte(String declared) {
        return Optional.ofNullable(WITHOUT_EXTENSION.get(declared.replace("ISO 2022 IR", "ISO_IR")));
    }

    static String strict(String charset, byte[] bytes) {
        if (!Charset.isSupported(charset)) {
            throw new DicomException(
                    DicomCode.CHARSET_UNSUPPORTED, "this Java has no " + charset + "; add the module jdk.charsets");
        }
        try {
            return Charset.forName(charset)
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DicomException(DicomCode.CHARSET_UNSUPPORTED, "a text value is not valid " + charset);
        }
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0 || b == 0x1B) {
                return false;
            }
        }
        return true;
    }
}
