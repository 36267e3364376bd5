package org.osteon.trials.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.sign.SigningKey;

/** Puts one to three wrong things into a valid request; which ones follows from the random numbers alone. */
public final class Mutations {
    private static final int LONG = 100_000;
    private static final int VERY_LONG = 1_000_000;
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\u0000",
            "a\u0000b",
            "../../../etc/passwd",
            "/dev/zero",
            "'; DROP TABLE site; --",
            "%s%n%x",
            "\u202e\ufeff\ud83d\udc80",
            "-1",
            "99999999999999999999",
            "NaN",
            "${jndi:x}",
            "a\nb",
            "\\",
            "{\"a\":",
            "0".repeat(64),
            "f".repeat(64),
            "F".repeat(64));
    private static final List<Long> LONGS = List.of(
            0L,
            1L,
            -1L,
            2L,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            (long) Integer.MAX_VALUE,
            (long) Integer.MIN_VALUE,
            1L << 53,
            1L << 40);
    private static final List<Double> DOUBLES = List.of(
            0.0,
            -0.0,
            -1.0,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.MAX_VALUE,
            Double.MIN_VALUE,
            1e300,
            1e-300);

    private final SplittableRandom random;

    /** Mutations drawn from these numbers. */
    public Mutations(SplittableRandom random) {
        this.random = random;
    }

    /**
     * The bytes of a request with something wrong in it.
     *
     * @param valid the request as it should be
     * @param signer signs a document in it again after it was changed, so that more than its signature is judged
     */
    public byte[] request(Message valid, @Nullable SigningKey signer) {
        byte[] original = valid.toByteArray();
        for (int attempt = 0; attempt < 8; attempt++) {
            boolean empty = valid.getDescriptorForType().getFields().isEmpty();
            int kind = random.nextInt(10);
            byte[] changed;
            if (kind < 2) {
                changed = wire(original);
            } else if (empty) {
                changed = unknownField(original);
            } else {
                Message message = valid;
                for (int i = 0, n = 1 + random.nextInt(3); i < n; i++) {
                    message = field(message, signer, 0);
                }
                changed = message.toByteArray();
                if (random.nextInt(20) == 0) {
                    changed = wire(changed);
                }
            }
            if (!Arrays.equals(changed, original)) {
                return changed;
            }
        }
        return unknownField(original);
    }

    /** Bytes with bits turned, cut short, doubled or mixed with others. */
    public byte[] bytes(byte[] original) {
        byte[] changed = original.clone();
        switch (random.nextInt(7)) {
            case 0 -> {
                for (int i = 0, n = 1 + random.nextInt(8); i < n && changed.length > 0; i++) {
                    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 1 -> changed = Arrays.copyOf(changed, changed.length == 0 ? 0 : random.nextInt(changed.length));
            case 2 -> changed = new byte[0];
            case 3 -> changed = noise(1 + random.nextInt(300));
            case 4 -> changed = join(changed, changed);
            case 5 -> {
                int at = random.nextInt(changed.length + 1);
                changed = join(
                        Arrays.copyOf(changed, at),
                        join(noise(1 + random.nextInt(20)), Arrays.copyOfRange(changed, at, changed.length)));
            }
            default -> changed = new byte[1 + random.nextInt(VERY_LONG)];
        }
        return changed;
    }

    /** A signed document with something wrong in it, mostly signed again. */
    public byte[] document(byte[] envelope, @Nullable SigningKey signer) {
        return new JsonMutations(random, this).document(envelope, signer);
    }

    /** A number that is at an end of what is allowed, or beyond. */
    public long number() {
        return random.nextInt(4) == 0 ? random.nextLong() : LONGS.get(random.nextInt(LONGS.size()));
    }

    /** A text that is at an end of what is allowed, or beyond. */
    public String text(String original) {
        return switch (random.nextInt(6)) {
            case 0 -> "a".repeat(1 + random.nextInt(LONG));
            case 1 -> original + original;
            case 2 -> original.isEmpty() ? "?" : original.substring(0, random.nextInt(original.length()));
            case 3 -> {
                StringBuilder changed = new StringBuilder(original.isEmpty() ? "?" : original);
                changed.setCharAt(random.nextInt(changed.length()), (char) (1 + random.nextInt(0x7e)));
                yield changed.toString();
            }
            default -> TEXTS.get(random.nextInt(TEXTS.size()));
        };
    }

    private Message field(Message message, @Nullable SigningKey signer, int depth) {
        List<FieldDescriptor> fields = message.getDescriptorForType().getFields();
        if (fields.isEmpty()) {
            return message;
        }
        FieldDescriptor field = fields.get(random.nextInt(fields.size()));
        Message.Builder builder = message.toBuilder();
        if (field.isRepeated()) {
            repeated(builder, message, field, signer, depth);
        } else {
            builder.setField(field, value(field, message.getField(field), signer, depth));
        }
        return builder.build();
    }

    private void repeated(
            Message.Builder builder, Message message, FieldDescriptor field, @Nullable SigningKey signer, int depth) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            values.add(message.getRepeatedField(field, i));
        }
        Object blank = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                ? builder.newBuilderForField(field).build()
                : field.isMapField() ? builder : blank(field);
        switch (random.nextInt(6)) {
            case 0 -> values.clear();
            case 1 -> values.addAll(List.copyOf(values));
            case 2 ->
                values.addAll(Collections.nCopies(1 + random.nextInt(2_000), values.isEmpty() ? blank : values.get(0)));
            case 3 -> Collections.shuffle(values, new Random(random.nextLong()));
            default -> {
                if (values.isEmpty()) {
                    values.add(value(field, blank, signer, depth));
                } else {
                    int at = random.nextInt(values.size());
                    values.set(at, value(field, values.get(at), signer, depth));
                }
            }
        }
        builder.setField(field, values);
    }

    private static Object blank(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case STRING -> "";
            case BYTE_STRING -> ByteString.EMPTY;
            case INT -> 0;
            case LONG -> 0L;
            case DOUBLE -> 0.0;
            case FLOAT -> 0.0f;
            case BOOLEAN -> false;
            default -> throw new IllegalArgumentException("no blank " + field.getFullName());
        };
    }

    private Object value(FieldDescriptor field, Object old, @Nullable SigningKey signer, int depth) {
        return switch (field.getJavaType()) {
            case STRING -> text((String) old);
            case BYTE_STRING -> ByteString.copyFrom(content(((ByteString) old).toByteArray(), signer));
            case INT -> (int) number();
            case LONG -> number();
            case DOUBLE -> DOUBLES.get(random.nextInt(DOUBLES.size()));
            case FLOAT -> DOUBLES.get(random.nextInt(DOUBLES.size())).floatValue();
            case BOOLEAN -> !(Boolean) old;
            case ENUM -> field.getEnumType().getValues().get(0);
            case MESSAGE -> nested(field, (Message) old, signer, depth);
        };
    }

    private Message nested(FieldDescriptor field, Message old, @Nullable SigningKey signer, int depth) {
        boolean recursive = field.getMessageType() == field.getContainingType();
        if (recursive && random.nextInt(4) == 0) {
            Message deep = old;
            for (int i = 0, n = 1 + random.nextInt(95); i < n; i++) {
                deep = old.toBuilder()
                        .clearField(field)
                        .addRepeatedField(field, deep)
                        .build();
            }
            return deep;
        }
        return random.nextInt(6) == 0 || depth > 6 ? old.getDefaultInstanceForType() : field(old, signer, depth + 1);
    }

    private byte[] content(byte[] old, @Nullable SigningKey signer) {
        return old.length > 0 && old[0] == '{' && random.nextInt(8) > 0
                ? new JsonMutations(random, this).document(old, signer)
                : bytes(old);
    }

    /** Changes the encoded request itself. */
    private byte[] wire(byte[] original) {
        return switch (random.nextInt(8)) {
            case 0 -> unknownField(original);
            case 1 -> join(original, original);
            case 2 -> join(original, new byte[] {(byte) 0x0a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7});
            case 3 -> join(original, new byte[] {(byte) 0x0b, (byte) 0x0b, (byte) 0x0b, (byte) 0x0c});
            case 4 -> {
                byte[] groups = new byte[1 + random.nextInt(LONG)];
                Arrays.fill(groups, (byte) 0x0b);
                yield join(original, groups);
            }
            case 5 -> join(original, new byte[] {(byte) 0x0a, 3, (byte) 0xc3, (byte) 0x28, (byte) 0xff});
            default -> bytes(original);
        };
    }

    private byte[] unknownField(byte[] original) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CodedOutputStream coded = CodedOutputStream.newInstance(out);
        try {
            coded.writeRawBytes(original);
            coded.writeUInt64(1000 + random.nextInt(1000), random.nextLong());
            coded.writeString(3000, text("x"));
            coded.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
