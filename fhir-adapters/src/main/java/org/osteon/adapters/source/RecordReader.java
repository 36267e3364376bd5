package org.osteon.adapters.source;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import org.osteon.protocol.document.Digest;

/**
 * Splits bytes into records that end at a line feed: lines, or rows of RFC 4180 whose quoted fields may hold line
 * feeds. Works on bytes, because in UTF-8 and GB18030 neither line feed, quote nor a delimiter is ever part of another
 * character. A record over the limit is skipped to its line feed; a row whose quote never closes within the limit ends
 * at its first line feed, so that one stray quote cannot swallow the rows that follow.
 */
public final class RecordReader {
    /** What is wrong with a record. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** Over the limit; the content is not available. */
        TOO_LARGE,
        /** A quote that does not close. */
        QUOTE_OPEN
    }

    private static final int NO_QUOTES = -1;
    private static final int FIRST_BUFFER = 1 << 16;

    private final InputStream in;
    private final int limit;
    private final int delimiter;
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int filled;
    private int start;
    private int next;
    private int end;
    private long line;
    private long nextLine = 1;
    private boolean ended;
    private Fault fault = Fault.NONE;
    private Digest skipped = Digest.of(new byte[0]);

    private RecordReader(InputStream in, int limit, int delimiter) {
        this.in = in;
        this.limit = limit;
        this.delimiter = delimiter;
    }

    /** Lines of at most {@code limit} bytes. */
    public static RecordReader lines(InputStream in, int limit) {
        return new RecordReader(in, limit, NO_QUOTES);
    }

    /** Rows of at most {@code limit} bytes whose fields are parted by {@code delimiter}, an ASCII character. */
    public static RecordReader rows(InputStream in, int limit, char delimiter) {
        return new RecordReader(in, limit, delimiter);
    }

    /** Moves to the next record; false at the end. */
    public boolean next() throws IOException {
        start = next;
        line = nextLine;
        fault = Fault.NONE;
        compact();
        if (start == filled && !fill()) {
            return false;
        }
        int at = delimiter == NO_QUOTES ? lineEnd() : rowEnd();
        if (at < 0 && filled - start > limit) {
            skip();
            return true;
        }
        end = at < 0 ? filled : at;
        next = at < 0 ? filled : at + 1;
        nextLine += 1;
        for (int i = start; i < end && delimiter != NO_QUOTES; i++) {
            if (buffer[i] == '\n') {
                nextLine++;
            }
        }
        if (end > start && buffer[end - 1] == '\r') {
            end--;
        }
        if (end - start > limit) {
            fault = Fault.TOO_LARGE;
            skipped = Digest.of(Arrays.copyOfRange(buffer, start, end));
        }
        return true;
    }

    /** The number, from 1, of the line on which the record begins. */
    public long line() {
        return line;
    }

    /** What is wrong with the record. */
    public Fault fault() {
        return fault;
    }

    /** The bytes that hold the record; not a copy. */
    public byte[] bytes() {
        return buffer;
    }

    /** Where in {@link #bytes} the record begins. */
    public int offset() {
        return start;
    }

    /** The record's length in bytes, without line end. */
    public int length() {
        return fault == Fault.TOO_LARGE ? 0 : end - start;
    }

    /** Whether the record is nothing but blanks. */
    public boolean isBlank() {
        if (fault == Fault.TOO_LARGE) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r' && buffer[i] != '\n') {
                return false;
            }
        }
        return true;
    }

    /** SHA-256 of the record. */
    public Digest digest() {
        if (fault == Fault.TOO_LARGE) {
            return skipped;
        }
        MessageDigest sha = Digest.sha256();
        sha.update(buffer, start, end - start);
        return Digest.ofRaw(sha.digest());
    }

    private int lineEnd() throws IOException {
        int at = start;
        while (true) {
            byte[] bytes = buffer;
            int stop = filled;
            while (at < stop && bytes[at] != '\n') {
                at++;
            }
            if (at < stop) {
                return at;
            }
            if (filled - start > limit || !fill()) {
                return -1;
            }
        }
    }

    /** The line feed after the row, or the first one when a quote stays open. */
    private int rowEnd() throws IOException {
        boolean fieldStart = true;
        boolean quoted = false;
        int first = -1;
        int closed = -1;
        for (int at = start; ; at++) {
            if (at == filled && (filled - start > limit || !fill())) {
                if (quoted) {
                    fault = Fault.QUOTE_OPEN;
                }
                return quoted ? first : -1;
            }
            byte value = buffer[at];
            if (value == '\n' && first < 0) {
                first = at;
            }
            if (quoted) {
                if (value == '"') {
                    quoted = false;
                    closed = at;
                }
                continue;
            }
            if (value == '\n') {
                return at;
            }
            boolean afterQuote = closed >= 0 && closed == at - 1;
            if (afterQuote && first >= 0 && value != delimiter && value != '"' && value != '\r') {
                // Text after a closing quote: the quote was open since an earlier line and met the next row's.
                fault = Fault.QUOTE_OPEN;
                return first;
            }
            // A doubled quote closes the field and opens it again at once.
            quoted = value == '"' && (fieldStart || afterQuote);
            fieldStart = value == delimiter;
        }
    }

    private void skip() throws IOException {
        MessageDigest sha = Digest.sha256();
        fault = Fault.TOO_LARGE;
        int at = start;
        while (true) {
            int from = at;
            while (at < filled && buffer[at] != '\n') {
                at++;
            }
            sha.update(buffer, from, at - from);
            if (at < filled) {
                next = at + 1;
                break;
            }
            start = 0;
            filled = 0;
            at = 0;
            if (!fill()) {
                next = 0;
                break;
            }
        }
        start = next;
        end = next;
        nextLine++;
        skipped = Digest.ofRaw(sha.digest());
    }

    private void compact() {
        if (start > 0 && (start == filled || start > buffer.length / 2)) {
            System.arraycopy(buffer, start, buffer, 0, filled - start);
            filled -= start;
            start = 0;
            next = 0;
        }
    }

    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int read = in.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
            ended = true;
            return false;
        }
        filled += read;
        return read > 0 || fill();
    }
}
