package org.osteon.protocol.flower;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's npy format (NEP 1): versions 1 to 3 are read, version 1 is written. Object arrays are refused; nothing is
 * unpickled.
 */
public final class NumpyFormat {
    /** The longest header that is read, in bytes. */
    public static final int MAX_HEADER = 64 * 1024;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-z])(\\d{1,2})'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\sL]*)\\)");

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

    /** The header, version 1, for a C-order little-endian array; its length is a multiple of 64. */
    public static byte[] headerBytes(String dtype, List<Integer> shape) {
        StringBuilder extents = new StringBuilder();
        for (int i = 0; i < shape.size(); i++) {
            extents.append(i == 0 ? "" : ", ").append(shape.get(i));
        }
        if (shape.size() == 1) {
            extents.append(',');
        }
        String dictionary = "{'descr': '" + descr(dtype) + "', 'fortran_order': False, 'shape': (" + extents + "), }";
        int unpadded = 10 + dictionary.length() + 1;
        int total = (unpadded + 63) / 64 * 64;
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
        Matcher descr = DESCR.matcher(text);
        Matcher order = ORDER.matcher(text);
        Matcher shape = SHAPE.matcher(text);
        if (!descr.find()) {
            throw new FlowerException("NPY_DTYPE", "the dtype is not a plain number type");
        }
        if (!order.find() || !shape.find()) {
            throw malformed("header without order or shape");
        }
        char kind = descr.group(2).charAt(0);
        int bytes = Integer.parseInt(descr.group(3));
        boolean known = kind == 'f' && (bytes == 2 || bytes == 4 || bytes == 8)
                || (kind == 'i' || kind == 'u') && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8)
                || kind == 'b' && bytes == 1;
        if (!known) {
            throw new FlowerException("NPY_DTYPE", "dtype " + kind + bytes + " is not supported");
        }
        List<Integer> extents = new ArrayList<>();
        for (String part : shape.group(1).split(",")) {
            String number = part.strip().replace("L", "");
            if (!number.isEmpty()) {
                if (number.length() > 10 || extents.size() == 32) {
                    throw malformed("shape");
                }
                long extent = Long.parseLong(number);
                if (extent > Integer.MAX_VALUE) {
                    throw malformed("extent " + extent);
                }
                extents.add((int) extent);
            }
        }
        Header header = new Header(
                kind, bytes, !">".equals(descr.group(1)), "True".equals(order.group(1)), extents, payloadOffset);
        try {
            header.payloadBytes();
        } catch (ArithmeticException e) {
            throw malformed("shape overflows");
        }
        return header;
    }

    private static FlowerException malformed(String what) {
        return new FlowerException("NPY_MALFORMED", "not an npy array: " + what);
    }
}
