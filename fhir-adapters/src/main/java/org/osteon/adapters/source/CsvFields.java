package org.osteon.adapters.source;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decodes one row strictly and parts it into fields, as RFC 4180 does; for one thread. */
public final class CsvFields {
    private final CharsetDecoder decoder;
    private final char delimiter;

    /** For one file's character set and delimiter. */
    public CsvFields(Charset charset, char delimiter) {
        this.decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        this.delimiter = delimiter;
    }

    /** The text of a row, without a byte order mark; empty if the bytes are not of the character set. */
    public Optional<String> text(byte[] bytes, int offset, int length) {
        try {
            CharBuffer text = decoder.decode(ByteBuffer.wrap(bytes, offset, length));
            boolean mark = text.length() > 0 && text.charAt(0) == '\uFEFF';
            return Optional.of(mark ? text.subSequence(1, text.length()).toString() : text.toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** The fields of a row; empty if a quoted field does not end, or does not end at a delimiter. */
    public Optional<List<String>> fields(String row) {
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (true) {
            if (at < row.length() && row.charAt(at) == '"') {
                StringBuilder field = new StringBuilder();
                at = quoted(row, at + 1, field);
                if (at < 0 || (at < row.length() && row.charAt(at) != delimiter)) {
                    return Optional.empty();
                }
                fields.add(field.toString());
            } else {
                int stop = row.indexOf(delimiter, at);
                stop = stop < 0 ? row.length() : stop;
                fields.add(row.substring(at, stop));
                at = stop;
            }
            if (at >= row.length()) {
                return Optional.of(fields);
            }
            at++;
        }
    }

    /** Appends a quoted field and returns the position after its closing quote, −1 if there is none. */
    private static int quoted(String row, int from, StringBuilder field) {
        int at = from;
        while (true) {
            int quote = row.indexOf('"', at);
            if (quote < 0) {
                return -1;
            }
            field.append(row, at, quote);
            if (quote + 1 < row.length() && row.charAt(quote + 1) == '"') {
                field.append('"');
                at = quote + 2;
            } else {
                return quote + 1;
            }
        }
    }
}
