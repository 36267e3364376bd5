package org.osteon.protocol.sign;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A passkey's signature over a document, whole: what the authenticator signed, what the browser said, and the signature
 * (W3C Web Authentication Level 2, section 7.2). As a signature's value it is three parts, each preceded by its length
 * as an unsigned 16-bit number, highest byte first: authenticator data, client data JSON, ECDSA signature in DER. There
 * is no other form; nothing may follow.
 */
public final class PasskeyAssertion {
    private static final int RP_ID_HASH = 32;
    private static final int LEAST_DATA = 37;
    private static final int PRESENT = 0x01;
    private static final int VERIFIED = 0x04;
    private static final int ATTESTED = 0x40;
    private static final int EXTENDED = 0x80;

    private final byte[] authenticatorData;
    private final byte[] clientDataJson;
    private final byte[] signature;

    private PasskeyAssertion(byte[] authenticatorData, byte[] clientDataJson, byte[] signature) {
        this.authenticatorData = authenticatorData;
        this.clientDataJson = clientDataJson;
        this.signature = signature;
    }

    /** The signature of a passkey from the three parts a browser returned. */
    public static Signature signature(
            VerificationKey passkey, byte[] authenticatorData, byte[] clientDataJson, byte[] signature) {
        int size = 6 + authenticatorData.length + clientDataJson.length + signature.length;
        ByteBuffer value = ByteBuffer.allocate(size);
        for (byte[] part : List.of(authenticatorData, clientDataJson, signature)) {
            if (part.length > 0xFFFF) {
                throw new SignatureException("SIGNATURE_MALFORMED", "a part of the passkey's answer is too long");
            }
            value.putShort((short) part.length).put(part);
        }
        return new Signature(
                passkey.scheme(), passkey.keyId(), Base64.getEncoder().encodeToString(value.array()));
    }

    /** The challenge under which a passkey signs these bytes: their SHA-256, base64url without padding. */
    public static String challenge(byte[] message) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(VerificationKey.sha256(message));
    }

    /**
     * Why a value is no signature of this passkey over these bytes, or nothing when it is one:
     * {@code SIGNATURE_MALFORMED}, {@code PASSKEY_TYPE}, {@code PASSKEY_CHALLENGE}, {@code PASSKEY_ORIGIN},
     * {@code PASSKEY_RELYING_PARTY}, {@code PASSKEY_NOT_PRESENT}, {@code PASSKEY_NOT_VERIFIED},
     * {@code PASSKEY_SIGNATURE}.
     */
    public static Optional<String> objection(VerificationKey passkey, byte[] message, Signature given) {
        return read(given.bytes())
                .map(assertion -> assertion.objection(passkey, message))
                .orElseGet(() -> Optional.of("SIGNATURE_MALFORMED"));
    }

    static boolean holds(VerificationKey passkey, byte[] message, byte[] value) {
        return read(value)
                .map(assertion -> assertion.objection(passkey, message).isEmpty())
                .orElse(false);
    }

    private static Optional<PasskeyAssertion> read(byte[] value) {
        ByteBuffer rest = ByteBuffer.wrap(value);
        byte[][] parts = new byte[3][];
        for (int i = 0; i < parts.length; i++) {
            int length = rest.remaining() < 2 ? -1 : rest.getShort() & 0xFFFF;
            if (length < 0 || length > rest.remaining()) {
                return Optional.empty();
            }
            parts[i] = new byte[length];
            rest.get(parts[i]);
        }
        return rest.hasRemaining() ? Optional.empty() : Optional.of(new PasskeyAssertion(parts[0], parts[1], parts[2]));
    }

    private Optional<String> objection(VerificationKey passkey, byte[] message) {
        Optional<ClientData> said = ClientData.read(clientDataJson);
        if (said.isEmpty() || !wellFormed()) {
            return Optional.of("SIGNATURE_MALFORMED");
        }
        ClientData client = said.orElseThrow();
        int flags = authenticatorData[RP_ID_HASH];
        if (!client.type().equals("webauthn.get")) {
            return Optional.of("PASSKEY_TYPE");
        }
        if (!client.challenge().equals(challenge(message))) {
            return Optional.of("PASSKEY_CHALLENGE");
        }
        if (!passkey.origins().contains(client.origin()) || client.crossOrigin()) {
            return Optional.of("PASSKEY_ORIGIN");
        }
        if (!forRelyingParty(authenticatorData, passkey.rpId())) {
            return Optional.of("PASSKEY_RELYING_PARTY");
        }
        if ((flags & PRESENT) == 0) {
            return Optional.of("PASSKEY_NOT_PRESENT");
        }
        if ((flags & VERIFIED) == 0) {
            return Optional.of("PASSKEY_NOT_VERIFIED");
        }
        byte[] hash = VerificationKey.sha256(clientDataJson);
        byte[] signed = ByteBuffer.allocate(authenticatorData.length + hash.length)
                .put(authenticatorData)
                .put(hash)
                .array();
        return passkey.signed(signed, signature) ? Optional.empty() : Optional.of("PASSKEY_SIGNATURE");
    }

    /** Of an assertion: no attested credential, and nothing behind the counter unless extensions are said to follow. */
    private boolean wellFormed() {
        if (authenticatorData.length < LEAST_DATA) {
            return false;
        }
        int flags = authenticatorData[RP_ID_HASH];
        return (flags & ATTESTED) == 0 && ((flags & EXTENDED) != 0) == (authenticatorData.length > LEAST_DATA);
    }

    /** Whether authenticator data begins with the SHA-256 of that relying party's id. */
    static boolean forRelyingParty(byte[] authenticatorData, String rpId) {
        byte[] expected = VerificationKey.sha256(rpId.getBytes(StandardCharsets.UTF_8));
        return MessageDigest.isEqual(expected, Arrays.copyOf(authenticatorData, RP_ID_HASH));
    }

    /** Whether the flags say that a person was there and was verified. */
    static boolean personVerified(byte[] authenticatorData) {
        int both = PRESENT | VERIFIED;
        return authenticatorData.length >= LEAST_DATA && (authenticatorData[RP_ID_HASH] & both) == both;
    }
}
