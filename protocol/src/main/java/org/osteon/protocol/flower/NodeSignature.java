package org.osteon.protocol.flower;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.sign.VerificationKey;

/**
 * A Flower node's authentication headers: its public key as PEM, a timestamp, and an ECDSA-with-SHA-256 signature over
 * exactly the timestamp's ASCII bytes. Nothing else is signed, so a server must accept each (key, timestamp) once.
 *
 * @param publicKeyPem the SPKI PEM text, compared byte for byte with what was registered
 * @param timestamp as sent
 * @param signature ASN.1 DER
 */
public record NodeSignature(String publicKeyPem, String timestamp, byte[] signature) {
    /** gRPC metadata key of the public key, binary. */
    public static final String PUBLIC_KEY_HEADER = "flwr-public-key-bin";

    /** gRPC metadata key of the timestamp, ASCII. */
    public static final String TIMESTAMP_HEADER = "flwr-timestamp";

    /** gRPC metadata key of the signature, binary. */
    public static final String SIGNATURE_HEADER = "flwr-signature-bin";

    /** HTTP header of the public key: standard Base64 of the PEM text, without line breaks. */
    public static final String PUBLIC_KEY_HTTP_HEADER = "flwr-public-key";

    /** HTTP header of the signature: standard Base64, without line breaks. */
    public static final String SIGNATURE_HTTP_HEADER = "flwr-signature";

    /** How old a timestamp may be, exclusive. */
    public static final Duration OLDEST = Duration.ofSeconds(305);

    /** How far in the future it may be, exclusive. */
    public static final Duration NEWEST = Duration.ofSeconds(5);

    private static final int MAX_TIMESTAMP = 64;
    private static final Set<Integer> CURVE_BITS = Set.of(256, 384);
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'");

    /** Signs the time, in the one format that every Python release parses. */
    public static NodeSignature make(SigningKey key, Instant time) {
        String timestamp = FORMAT.format(time.atOffset(ZoneOffset.UTC));
        return new NodeSignature(
                key.publicKey().pem(), timestamp, key.signRaw(timestamp.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * The time that was signed.
     *
     * @throws FlowerException with code {@code TIMESTAMP_MALFORMED} when it has no zone or is no time
     */
    public Instant time() {
        if (timestamp.length() > MAX_TIMESTAMP) {
            throw new FlowerException("TIMESTAMP_MALFORMED", "the timestamp is too long");
        }
        try {
            return OffsetDateTime.parse(timestamp).toInstant();
        } catch (DateTimeException e) {
            throw new FlowerException("TIMESTAMP_MALFORMED", "the timestamp is not ISO 8601 with a zone");
        }
    }

    /** Whether the signed time is within Flower's window. */
    public boolean timely(Instant now) {
        return timely(time(), now);
    }

    /** Whether this signed time is within Flower's window. */
    public static boolean timely(Instant time, Instant now) {
        Duration age = Duration.between(time, now);
        return age.compareTo(NEWEST.negated()) > 0 && age.compareTo(OLDEST) < 0;
    }

    /** Whether the signature holds under this key, which is the one in the headers and on curve P-384 or P-256. */
    public boolean holds(VerificationKey key) {
        return CURVE_BITS.contains(key.curveBits())
                && key.pem().equals(publicKeyPem)
                && key.verifiesRaw(timestamp.getBytes(StandardCharsets.US_ASCII), signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeSignature that
                && publicKeyPem.equals(that.publicKeyPem)
                && timestamp.equals(that.timestamp)
                && java.util.Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return publicKeyPem.hashCode() * 31 + timestamp.hashCode();
    }

    @Override
    public String toString() {
        return "NodeSignature[" + timestamp + "]";
    }
}
