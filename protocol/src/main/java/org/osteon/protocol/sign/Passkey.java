package org.osteon.protocol.sign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A passkey as its owner's program knows it; nothing of it is secret, the private key stays in the authenticator. On
 * disk it is the key's PEM text followed by a PEM text of type {@code CREDENTIAL ID}.
 *
 * @param key what others verify its signatures with
 * @param credentialId the name under which the authenticator finds it, base64url without padding
 */
public record Passkey(VerificationKey key, String credentialId) {
    private static final String CREDENTIAL = "CREDENTIAL ID";
    private static final HexFormat HEX = HexFormat.of();
    /** SubjectPublicKeyInfo of an uncompressed point on P-256, up to its coordinates. */
    private static final byte[] SPKI = HEX.parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    /** COSE_Key of algorithm ES256 on P-256 in CTAP2's canonical form (RFC 9053 section 7.1), up to x, then up to y. */
    private static final byte[] COSE = HEX.parseHex("a5010203262001215820");

    private static final byte[] COSE_Y = HEX.parseHex("225820");
    private static final int COORDINATE = 32;
    private static final int FLAGS = 32;
    private static final int ATTESTED = 0x40;
    private static final int CREDENTIAL_LENGTH = 53;
    private static final int MAX_CREDENTIAL = 1023;
    private static final int MAX_FILE = 16_384;

    /** Refuses a key of another scheme and a malformed credential id. */
    public Passkey {
        if (key.scheme() != Scheme.WEBAUTHN_ES256) {
            throw new SignatureException("KEY_MALFORMED", "the key is no passkey");
        }
        if (!credentialId.matches("[A-Za-z0-9_-]{1,1364}")) {
            throw new SignatureException("KEY_MALFORMED", "the passkey's credential id is malformed");
        }
    }

    /**
     * The passkey that an authenticator has just made (WebAuthn section 7.1), without attestation: whoever shows the
     * page vouches for it.
     *
     * @param authenticatorData what the authenticator answered
     * @param clientDataJson what the browser said
     * @param challenge the challenge this ceremony was asked under
     * @throws SignatureException with a code of {@link PasskeyAssertion#objection}, or {@code KEY_MALFORMED} where it
     *     is no ES256 key
     */
    public static Passkey made(
            byte[] authenticatorData, byte[] clientDataJson, byte[] challenge, String rpId, String origin) {
        ClientData client = ClientData.read(clientDataJson)
                .orElseThrow(() -> new SignatureException("SIGNATURE_MALFORMED", "the browser's answer is malformed"));
        require(client.type().equals("webauthn.create"), "PASSKEY_TYPE", "the answer is not of a new passkey");
        require(
                client.challenge()
                        .equals(Base64.getUrlEncoder().withoutPadding().encodeToString(challenge)),
                "PASSKEY_CHALLENGE",
                "the answer belongs to another question");
        require(
                client.origin().equals(origin) && !client.crossOrigin(),
                "PASSKEY_ORIGIN",
                "the answer came from a page of another origin");
        require(
                authenticatorData.length > CREDENTIAL_LENGTH + 2 && (authenticatorData[FLAGS] & ATTESTED) != 0,
                "SIGNATURE_MALFORMED",
                "the authenticator's answer holds no new key");
        require(
                PasskeyAssertion.forRelyingParty(authenticatorData, rpId),
                "PASSKEY_RELYING_PARTY",
                "the passkey was made for another relying party");
        require(
                PasskeyAssertion.personVerified(authenticatorData),
                "PASSKEY_NOT_VERIFIED",
                "the authenticator did not verify who used it; set a PIN or a fingerprint for it");
        ByteBuffer rest = ByteBuffer.wrap(authenticatorData).position(CREDENTIAL_LENGTH);
        byte[] credential = new byte[rest.getShort() & 0xFFFF];
        require(
                credential.length > 0
                        && credential.length <= MAX_CREDENTIAL
                        && rest.remaining() >= credential.length + COSE.length + COSE_Y.length + 2 * COORDINATE,
                "SIGNATURE_MALFORMED",
                "the authenticator's answer is cut off");
        rest.get(credential);
        byte[] x = coordinate(rest, COSE);
        byte[] y = coordinate(rest, COSE_Y);
        byte[] spki = ByteBuffer.allocate(SPKI.length + 2 * COORDINATE)
                .put(SPKI)
                .put(x)
                .put(y)
                .array();
        VerificationKey key = new VerificationKey(
                Scheme.WEBAUTHN_ES256, Base64.getEncoder().encodeToString(spki), rpId, List.of(origin));
        return new Passkey(key, Base64.getUrlEncoder().withoutPadding().encodeToString(credential));
    }

    /** Writes it; refuses to overwrite. */
    public void write(Path file) throws IOException {
        byte[] credential = Base64.getUrlDecoder().decode(credentialId);
        Files.writeString(
                file,
                key.pem() + Pem.text(CREDENTIAL, credential),
                StandardCharsets.US_ASCII,
                StandardOpenOption.CREATE_NEW);
    }

    /** Reads a file that {@link #write} wrote. */
    public static Passkey read(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_FILE) {
                throw new SignatureException("KEY_MALFORMED", "not a passkey's file: " + file.getFileName());
            }
            String text = Files.readString(file, StandardCharsets.US_ASCII);
            byte[] credential = Base64.getDecoder().decode(Pem.body(text, CREDENTIAL));
            return new Passkey(
                    VerificationKey.ofPem(text),
                    Base64.getUrlEncoder().withoutPadding().encodeToString(credential));
        } catch (IOException e) {
            throw new SignatureException("KEY_UNREADABLE", "the key file cannot be read: " + file.getFileName());
        } catch (IllegalArgumentException e) {
            throw new SignatureException("KEY_MALFORMED", "not a passkey's file: " + file.getFileName());
        }
    }

    private static byte[] coordinate(ByteBuffer from, byte[] expectedBefore) {
        byte[] before = new byte[expectedBefore.length];
        from.get(before);
        require(Arrays.equals(before, expectedBefore), "KEY_MALFORMED", "the passkey's key is not ES256 on P-256");
        byte[] coordinate = new byte[COORDINATE];
        from.get(coordinate);
        return coordinate;
    }

    private static void require(boolean condition, String code, String message) {
        if (!condition) {
            throw new SignatureException(code, message);
        }
    }
}
