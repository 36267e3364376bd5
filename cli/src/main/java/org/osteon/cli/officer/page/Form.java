package org.osteon.cli.officer.page;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fields of a posted form, or of an address's query. A field named {@value #SECRET} is kept as characters alone,
 * never as a text, and wiped on closing.
 */
final class Form implements AutoCloseable {
    static final String SECRET = "passphrase";
    private static final int MAX_FIELDS = 64;

    private final Map<String, List<String>> fields = new LinkedHashMap<>();
    private char[] secret = new char[0];

    private Form() {}

    /** Reads {@code application/x-www-form-urlencoded} and wipes the bytes. */
    static Form read(byte[] body) {
        Form form = new Form();
        int from = 0;
        for (int i = 0; i <= body.length && form.fields.size() < MAX_FIELDS; i++) {
            if (i == body.length || body[i] == '&') {
                form.field(Arrays.copyOfRange(body, from, i));
                from = i + 1;
            }
        }
        Arrays.fill(body, (byte) 0);
        return form;
    }

    private void field(byte[] pair) {
        int equals = 0;
        while (equals < pair.length && pair[equals] != '=') {
            equals++;
        }
        if (equals == pair.length) {
            return;
        }
        String name = String.valueOf(decoded(pair, 0, equals));
        char[] value = decoded(pair, equals + 1, pair.length);
        Arrays.fill(pair, (byte) 0);
        if (name.equals(SECRET)) {
            wipe();
            secret = value;
        } else {
            fields.merge(name, List.of(String.valueOf(value)), Form::both);
        }
    }

    private static List<String> both(List<String> one, List<String> other) {
        return List.of(java.util.stream.Stream.concat(one.stream(), other.stream())
                .limit(MAX_FIELDS)
                .toArray(String[]::new));
    }

    private static char[] decoded(byte[] bytes, int from, int to) {
        byte[] plain = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '%' && hex(bytes, i + 1, to) >= 0) {
                plain[length++] = (byte) hex(bytes, i + 1, to);
                i += 2;
            } else {
                plain[length++] = bytes[i] == '+' ? (byte) ' ' : bytes[i];
            }
        }
        CharBuffer chars = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(plain, 0, length));
        char[] value = new char[chars.length()];
        chars.get(value);
        Arrays.fill(chars.array(), '\0');
        Arrays.fill(plain, (byte) 0);
        return value;
    }

    private static int hex(byte[] bytes, int at, int to) {
        if (at + 1 >= to) {
            return -1;
        }
        int high = Character.digit(bytes[at], 16);
        int low = Character.digit(bytes[at + 1], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** The field's first value with line ends as LF, or nothing. */
    String text(String name) {
        return fields.getOrDefault(name, List.of("")).get(0).replace("\r\n", "\n");
    }

    /** All values of a field. */
    List<String> texts(String name) {
        return fields.getOrDefault(name, List.of());
    }

    /** What was typed in the secret field; wiped with this form. */
    char[] secret() {
        return secret;
    }

    private void wipe() {
        Arrays.fill(secret, '\0');
    }

    @Override
    public void close() {
        wipe();
    }
}
