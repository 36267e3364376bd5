package org.osteon.protocol.flower;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * NumPy's npy format (NEP 1): versions 1 to 3 are read, version 1 is written. Object arrays are refused; nothing is
 * unpickled.
 */
public final class NumpyFormat {
    /** The longest header that is read, in bytes. */
    public static final int MAX_HEADER = 64 * 1024;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern ENTRY = Pattern.compile("\\s*'(descr|fortran_order|shape)'\\s*:\\s*"
            + "(?:'([<>|=]?)([a-z])(\\d{1,2})'|(True|False)|\\(([0-9L,\\s]*)\\))\\s*");
    private static final Pattern EXTENT = Pattern.compile("(\\d{1,10})L?\\s*(,|$)");
    private static final int GROWTH_DIGITS = 21;
    private static final int MAX_DIMENSIONS = 32;

    private NumpyFormat() {}

    /**
     * What a header says.
     *
     * @param kind NumPy's kind letter: {@code f}, {@code i}, {@code u} or {@code b}
     * @param itemBytes bytes an element
     * @param littleEndian byte order of the payload
     * @param fortranOrder whether the payload is in column order
     * @param shape extents
     * @param payloadOffset where the payload begins
     */
    public record Header(
            char kind,
            int itemBytes,
            boolean littleEndian,
            boolean fortranOrder,
            List<Integer> shape,
            int payloadOffset) {
        /** Takes a copy. */
        public Header {
            shape = List.copyOf(shape);
        }

        /** NumPy's dtype name, such as {@code float32}. */
        public String dtype() {
            return switch (kind) {
                case 'f' -> "float" + itemBytes * 8;
                case 'i' -> "int" + itemBytes * 8;
                case 'u' -> "uint" + itemBytes * 8;
                default -> "bool";
            };
        }

        /** Elements. */
        public long elements() {
            long n = 1;
            for (int extent : shape) {
                n = Math.multiplyExact(n, (long) extent);
            }
            return n;
        }

        /** Whether the payload is what {@link NumpyFormat#headerBytes} announces: C order, little endian. */
        public boolean canonical() {
            return (littleEndian || itemBytes == 1) && (!fortranOrder || shape.size() < 2);
        }

        /** Bytes of the payload. */
        public long payloadBytes() {
            return Math.multiplyExact(elements(), (long) itemBytes);
        }
    }

    /**
     * Reads the header from the first bytes of an npy file.
     *
     * @param prefix at least the header; more is ignored
     * @throws FlowerException with code {@code NPY_MALFORMED} or {@code NPY_DTYPE}
     */
    public static Header header(byte[] prefix) {
        if (prefix.length < 10) {
            throw malformed("shorter than a header");
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (prefix[i] != MAGIC[i]) {
                throw malformed("no npy magic");
            }
        }
        int version = prefix[6];
        if (version < 1 || version > 3) {
            throw malformed("version " + version);
        }
        ByteBuffer buffer = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN);
        int sizeBytes = version == 1 ? 2 : 4;
        if (prefix.length < 8 + sizeBytes) {
            throw malformed("shorter than a header");
        }
        long length =
                version == 1 ? Short.toUnsignedLong(buffer.getShort(8)) : Integer.toUnsignedLong(buffer.getInt(8));
        int start = 8 + sizeBytes;
        if (length > MAX_HEADER || start + length > prefix.length) {
            throw malformed("header of " + length + " bytes");
        }
        String text = new String(
                prefix, start, (int) length, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return parse(text, start + (int) length);
    }

    /**
     * The header, version 1, for a C-order little-endian array, byte for byte as NumPy 2.4 writes it: room for the
     * first extent to grow to 21 digits, then one to 64 spaces' worth of padding so that it ends at a multiple of 64.
     *
     * @throws FlowerException with code {@code NPY_DTYPE} for a dtype other than bool, float, int and uint
     */
    public static byte[] headerBytes(String dtype, List<Integer> shape) {
        StringBuilder extents = new StringBuilder();
        for (int i = 0; i < shape.size(); i++) {
            extents.append(i == 0 ? "" : ", ").append(shape.get(i));
        }
        if (shape.size() == 1) {
            extents.append(',');
        }
        int growth = shape.isEmpty()
                ? 0
                : Math.max(0, GROWTH_DIGITS - shape.get(0).toString().length());
        String dictionary = "{'descr': '" + descr(dtype) + "', 'fortran_order': False, 'shape': (" + extents + "), }"
                + " ".repeat(growth);
        int unpadded = 10 + dictionary.length() + 1;
        int total = (unpadded / 64 + 1) * 64;
        String text = dictionary + " ".repeat(total - unpadded) + "\n";
        ByteBuffer out = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) (total - 10))
                .put(text.getBytes(StandardCharsets.US_ASCII));
        return out.array();
    }

    private static String descr(String dtype) {
        return switch (dtype) {
            case "float32" -> "<f4";
            case "float64" -> "<f8";
            case "float16" -> "<f2";
            case "int64" -> "<i8";
            case "int32" -> "<i4";
            case "int16" -> "<i2";
            case "int8" -> "|i1";
            case "uint64" -> "<u8";
            case "uint32" -> "<u4";
            case "uint16" -> "<u2";
            case "uint8" -> "|u1";
            case "bool" -> "|b1";
            default -> throw new FlowerException("NPY_DTYPE", "dtype is not supported: " + dtype);
        };
    }

    private static Header parse(String text, int payloadOffset) {
        String dictionary = text.strip();
        if (!dictionary.startsWith("{") || !dictionary.endsWith("}")) {
            throw malformed("header is no dictionary");
        }
        Matcher entry = ENTRY.matcher(dictionary);
        @Nullable MatchResult descr = null;
        @Nullable MatchResult order = null;
        @Nullable MatchResult shape = null;
        int at = 1;
        int entries = 0;
        while (at < dictionary.length() - 1
                && !dictionary.substring(at, dictionary.length() - 1).isBlank()) {
            if (entries++ == 3) {
                throw malformed("header with more than three entries");
            }
            if (!entry.region(at, dictionary.length() - 1).lookingAt()) {
                throw dictionary.substring(at).stripLeading().startsWith("'descr'")
                        ? new FlowerException("NPY_DTYPE", "the dtype is not a plain number type")
                        : malformed("header entry");
            }
            switch (entry.group(1)) {
                case "descr" -> descr = entry.toMatchResult();
                case "shape" -> shape = entry.toMatchResult();
                default -> order = entry.toMatchResult();
            }
            at = entry.end();
            if (at < dictionary.length() - 1 && dictionary.charAt(at++) != ',') {
                throw malformed("header entries without a comma");
            }
        }
        if (descr == null || order == null || shape == null) {
            throw malformed("header without descr, fortran_order or shape");
        }
        if (descr.group(3) == null || order.group(5) == null || shape.group(6) == null) {
            throw malformed("header with a value of the wrong kind");
        }
        char kind = descr.group(3).charAt(0);
        int bytes = Integer.parseInt(descr.group(4));
        boolean known = kind == 'f' && (bytes == 2 || bytes == 4 || bytes == 8)
                || (kind == 'i' || kind == 'u') && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8)
                || kind == 'b' && bytes == 1;
        if (!known) {
            throw new FlowerException("NPY_DTYPE", "dtype " + kind + bytes + " is not supported");
        }
        Header header = new Header(
                kind,
                bytes,
                !">".equals(descr.group(2)),
                "True".equals(order.group(5)),
                extents(shape.group(6)),
                payloadOffset);
        try {
            header.payloadBytes();
        } catch (ArithmeticException e) {
            throw malformed("shape overflows");
        }
        return header;
    }

    private static List<Integer> extents(String text) {
        List<Integer> extents = new ArrayList<>();
        Matcher extent = EXTENT.matcher(text.strip());
        int at = 0;
        while (at < text.strip().length()) {
            if (!extent.find(at) || !text.strip().substring(at, extent.start()).isBlank()) {
                throw malformed("shape");
            }
            if (extents.size() == MAX_DIMENSIONS) {
                throw malformed("more than " + MAX_DIMENSIONS + " dimensions");
            }
            long value = Long.parseLong(extent.group(1));
            if (value > Integer.MAX_VALUE) {
                throw malformed("extent " + value);
            }
            extents.add((int) value);
            at = extent.end();
        }
        return extents;
    }

    private static FlowerException malformed(String what) {
        return new FlowerException("NPY_MALFORMED", "not an npy array: " + what);
    }
}
