package org.osteon.audit.log;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.sign.Scheme;
import org.osteon.protocol.sign.VerificationKey;

/**
 * An Ed25519 key under a name, as C2SP signed-note knows it.
 *
 * @param name the signer's name: a log's origin or a witness's name
 * @param algorithm 0x01 for a log's signature, 0x04 for a timestamped cosignature
 * @param key the key
 */
public record NoteKey(String name, int algorithm, VerificationKey key) {
    /** Algorithm byte of a plain Ed25519 note signature. */
    public static final int LOG = 0x01;

    /** Algorithm byte of a timestamped Ed25519 cosignature. */
    public static final int COSIGNATURE = 0x04;

    private static final byte[] SPKI_PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

    /** Refuses names a note cannot carry and keys that are not Ed25519. */
    public NoteKey {
        if (name.isEmpty()
                || name.length() > 200
                || name.chars().anyMatch(c -> Character.isWhitespace(c) || c == '+' || c < 0x20)) {
            throw new LogException("NOTE_NAME", "a note signer's name has no spaces and no plus");
        }
        if (key.scheme() != Scheme.ED25519) {
            throw new LogException("NOTE_KEY", "a note is signed with Ed25519");
        }
    }

    /** The four bytes that stand before each signature: SHA-256(name ‖ LF ‖ algorithm ‖ key), first four. */
    byte[] id() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
        out.write(algorithm);
        out.writeBytes(raw());
        return Arrays.copyOf(Digest.sha256().digest(out.toByteArray()), 4);
    }

    /** The verifier key text other tools take: {@code name+keyhash+base64(algorithm ‖ key)}. */
    public String vkey() {
        byte[] key33 = ByteBuffer.allocate(33).put((byte) algorithm).put(raw()).array();
        return name + "+" + "%08x".formatted(ByteBuffer.wrap(id()).getInt()) + "+"
                + Base64.getEncoder().encodeToString(key33);
    }

    /** Reads a verifier key text. */
    public static NoteKey ofVkey(String text) {
        String[] parts = text.strip().split("\\+", 3);
        byte[] key33;
        try {
            key33 = Base64.getDecoder().decode(parts.length == 3 ? parts[2] : "");
        } catch (IllegalArgumentException e) {
            key33 = new byte[0];
        }
        if (key33.length != 33) {
            throw new LogException("NOTE_KEY", "not a verifier key");
        }
        byte[] spki = ByteBuffer.allocate(44).put(SPKI_PREFIX).put(key33, 1, 32).array();
        NoteKey key = new NoteKey(
                parts[0],
                key33[0],
                new VerificationKey(Scheme.ED25519, Base64.getEncoder().encodeToString(spki)));
        if (!key.vkey().equals(text.strip())) {
            throw new LogException("NOTE_KEY", "the verifier key's hash is not its own");
        }
        return key;
    }

    private byte[] raw() {
        byte[] spki = Base64.getDecoder().decode(key.spki());
        return Arrays.copyOfRange(spki, spki.length - 32, spki.length);
    }
}
