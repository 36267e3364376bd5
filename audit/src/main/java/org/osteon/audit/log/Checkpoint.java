package org.osteon.audit.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.osteon.protocol.sign.SigningKey;

/**
 * A signed tree head (C2SP tlog-checkpoint): origin, size, root and signature lines.
 *
 * @param origin the log's origin line
 * @param size number of entries
 * @param root root hash, 32 bytes
 * @param signatures lines {@code — name base64(id ‖ signature)}, the log's own first
 */
public record Checkpoint(String origin, long size, byte[] root, List<String> signatures) {
    private static final int MAX_TEXT = 64 * 1024;
    private static final int MAX_SIGNATURES = 100;

    /** Takes copies; refuses what is no line of a note. */
    public Checkpoint {
        signatures = List.copyOf(signatures);
        root = root.clone();
        if (root.length != 32 || size < 0 || origin.isEmpty() || origin.indexOf('\n') >= 0) {
            throw malformed("origin, size or root");
        }
        if (signatures.size() > MAX_SIGNATURES
                || signatures.stream().anyMatch(line -> !line.startsWith("— ") || line.indexOf('\n') >= 0)) {
            throw malformed("signature lines");
        }
    }

    /** Signs a head with the log's key, whose note name is the origin. */
    public static Checkpoint sign(String origin, long size, byte[] root, SigningKey logKey) {
        byte[] body = body(origin, size, root);
        NoteKey key = new NoteKey(origin, NoteKey.LOG, logKey.publicKey());
        return new Checkpoint(origin, size, root, List.of(line(key, logKey.signRaw(body))));
    }

    /** Parses a checkpoint text; whether its signatures hold is asked with {@link #signedBy}. */
    public static Checkpoint parse(byte[] bytes) {
        if (bytes.length > MAX_TEXT) {
            throw malformed("too long");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        int split = text.indexOf("\n\n");
        String[] head = split < 0 ? new String[0] : text.substring(0, split).split("\n", -1);
        if (head.length < 3 || !head[1].matches("0|[1-9][0-9]{0,17}") || !text.endsWith("\n")) {
            throw malformed("head");
        }
        byte[] root;
        try {
            root = Base64.getDecoder().decode(head[2]);
        } catch (IllegalArgumentException e) {
            throw malformed("root");
        }
        List<String> lines =
                new ArrayList<>(Arrays.asList(text.substring(split + 2).split("\n")));
        if (root.length != 32
                || head.length > 3
                || lines.size() > MAX_SIGNATURES
                || lines.stream().anyMatch(l -> !l.startsWith("— "))) {
            throw malformed("root or signature lines");
        }
        Checkpoint parsed = new Checkpoint(head[0], Long.parseLong(head[1]), root, lines);
        if (!Arrays.equals(parsed.bytes(), bytes)) {
            throw malformed("not in the one form that its parts have");
        }
        return parsed;
    }

    /** The text with all signature lines. */
    public byte[] bytes() {
        StringBuilder text =
                new StringBuilder(new String(body(origin, size, root), StandardCharsets.UTF_8)).append('\n');
        signatures.forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the log's key signed this head under the origin as its name. */
    public boolean signedBy(NoteKey key) {
        byte[] body = body(origin, size, root);
        return key.algorithm() == NoteKey.LOG
                && key.name().equals(origin)
                && values(key).stream().anyMatch(value -> key.key().verifiesRaw(body, value));
    }

    /** The time at which a witness cosigned this head, if its cosignature is here and holds. */
    public Optional<Instant> cosignedBy(NoteKey witness) {
        for (byte[] value : values(witness)) {
            if (witness.algorithm() == NoteKey.COSIGNATURE && value.length == 72) {
                long seconds = ByteBuffer.wrap(value).getLong();
                byte[] signature = Arrays.copyOfRange(value, 8, 72);
                if (witness.key().verifiesRaw(cosigned(seconds), signature)) {
                    return Optional.of(Instant.ofEpochSecond(seconds));
                }
            }
        }
        return Optional.empty();
    }

    /** A cosignature line over this head (C2SP tlog-cosignature, type 0x04). */
    public String cosignature(String witnessName, SigningKey witnessKey, Instant time) {
        long seconds = time.getEpochSecond();
        byte[] signature = witnessKey.signRaw(cosigned(seconds));
        byte[] value = ByteBuffer.allocate(8 + signature.length)
                .putLong(seconds)
                .put(signature)
                .array();
        return line(new NoteKey(witnessName, NoteKey.COSIGNATURE, witnessKey.publicKey()), value);
    }

    /** The same head with one more signature line; a line that is there already is not added twice. */
    public Checkpoint with(String signatureLine) {
        if (signatures.contains(signatureLine)) {
            return this;
        }
        List<String> lines = new ArrayList<>(signatures);
        lines.add(signatureLine);
        return new Checkpoint(origin, size, root, lines);
    }

    /** The root hash, a copy. */
    @Override
    public byte[] root() {
        return root.clone();
    }

    /** The root in Base64. */
    public String rootBase64() {
        return Base64.getEncoder().encodeToString(root);
    }

    private byte[] cosigned(long seconds) {
        String head = "cosignature/v1\ntime " + seconds + "\n";
        return (head + new String(body(origin, size, root), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    private List<byte[]> values(NoteKey key) {
        List<byte[]> values = new ArrayList<>();
        for (String line : signatures) {
            String[] parts = line.split(" ", 3);
            if (parts.length == 3 && parts[1].equals(key.name())) {
                try {
                    byte[] all = Base64.getDecoder().decode(parts[2]);
                    if (all.length > 4 && Arrays.equals(Arrays.copyOf(all, 4), key.id())) {
                        values.add(Arrays.copyOfRange(all, 4, all.length));
                    }
                } catch (IllegalArgumentException e) {
                    throw malformed("signature line");
                }
            }
        }
        return values;
    }

    private static String line(NoteKey key, byte[] value) {
        byte[] all =
                ByteBuffer.allocate(4 + value.length).put(key.id()).put(value).array();
        return "— " + key.name() + " " + Base64.getEncoder().encodeToString(all);
    }

    private static byte[] body(String origin, long size, byte[] root) {
        return (origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static LogException malformed(String what) {
        return new LogException("CHECKPOINT_MALFORMED", "not a checkpoint: " + what);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Checkpoint that && Arrays.equals(bytes(), that.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes());
    }

    @Override
    public String toString() {
        return "Checkpoint[" + origin + ", " + size + "]";
    }
}
