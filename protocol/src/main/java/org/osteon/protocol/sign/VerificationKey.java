package org.osteon.protocol.sign;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.osteon.protocol.document.Digest;

/**
 * A public key with its scheme; equal when scheme, encoding and, of a passkey, relying party and origins are equal.
 *
 * @param scheme the only scheme this key verifies
 * @param spki the key as DER SubjectPublicKeyInfo (RFC 5280 section 4.1), standard Base64
 * @param rpId of a passkey the relying party it was made for; empty for any other key
 * @param origins of a passkey the origins whose pages may ask it, in ascending order; empty for any other key
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record VerificationKey(Scheme scheme, String spki, String rpId, List<String> origins) {
    private static final String PASSKEY = "PASSKEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final int MAX_ORIGINS = 8;
    private static final Set<String> MEMBERS = Set.of("scheme", "spki");
    private static final Set<String> MEMBERS_OF_PASSKEY = Set.of("scheme", "spki", "rpId", "origins");

    /** Refuses an encoding the JDK cannot read as a key of that scheme, and a passkey without its place. */
    public VerificationKey {
        origins = List.copyOf(origins);
        PublicKey key = decode(scheme, spki);
        if (scheme == Scheme.WEBAUTHN_ES256) {
            requirePlace(rpId, origins);
            requireP256(key);
        } else if (!rpId.isEmpty() || !origins.isEmpty()) {
            throw new SignatureException("KEY_MALFORMED", "only a passkey has rpId and origins");
        }
    }

    /** A key that is no passkey. */
    public VerificationKey(Scheme scheme, String spki) {
        this(scheme, spki, "", List.of());
    }

    /** Reads a key from a document: exactly the members its scheme has. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static VerificationKey of(JsonNode tree) {
        Scheme scheme = Scheme.of(tree.path("scheme").asText());
        Set<String> members = new TreeSet<>();
        tree.fieldNames().forEachRemaining(members::add);
        boolean passkey = scheme == Scheme.WEBAUTHN_ES256;
        if (!members.equals(passkey ? MEMBERS_OF_PASSKEY : MEMBERS)
                || !tree.path("spki").isTextual()) {
            throw malformed(scheme);
        }
        if (!passkey) {
            return new VerificationKey(scheme, tree.path("spki").asText());
        }
        if (!tree.path("rpId").isTextual() || !tree.path("origins").isArray()) {
            throw malformed(scheme);
        }
        List<String> origins = new ArrayList<>();
        for (JsonNode origin : tree.path("origins")) {
            if (!origin.isTextual()) {
                throw malformed(scheme);
            }
            origins.add(origin.asText());
        }
        return new VerificationKey(
                scheme, tree.path("spki").asText(), tree.path("rpId").asText(), origins);
    }

    /** The key of a JDK public key. */
    public static VerificationKey of(Scheme scheme, PublicKey key) {
        return new VerificationKey(scheme, Base64.getEncoder().encodeToString(key.getEncoded()));
    }

    /**
     * The key in a PEM text: of type {@code PUBLIC KEY}, where the scheme follows from the algorithm, or of type
     * {@code PASSKEY}, which holds the key's canonical JSON.
     */
    public static VerificationKey ofPem(String pem) {
        if (pem.contains("-----BEGIN " + PASSKEY + "-----")) {
            return ofPasskey(Pem.body(pem, PASSKEY));
        }
        String body = Pem.body(pem, PUBLIC);
        for (Scheme scheme : Scheme.values()) {
            try {
                return new VerificationKey(scheme, body);
            } catch (SignatureException e) {
                continue;
            }
        }
        throw new SignatureException("KEY_MALFORMED", "the PEM text holds no key of a known scheme");
    }

    private static VerificationKey ofPasskey(String body) {
        VerificationKey key;
        try {
            key = KeyJson.object(Base64.getDecoder().decode(body))
                    .map(VerificationKey::of)
                    .orElseThrow(() -> malformed(Scheme.WEBAUTHN_ES256));
        } catch (IllegalArgumentException e) {
            throw malformed(Scheme.WEBAUTHN_ES256);
        }
        if (key.scheme != Scheme.WEBAUTHN_ES256) {
            throw new SignatureException("KEY_MALFORMED", "a PEM text of type PASSKEY holds a passkey");
        }
        return key;
    }

    /**
     * The key's identity: lowercase hex SHA-256 of the DER SubjectPublicKeyInfo; of a passkey, of its canonical JSON,
     * so that who compares it compares relying party and origins too.
     */
    public String keyId() {
        return Digest.of(scheme == Scheme.WEBAUTHN_ES256 ? KeyJson.canonical(this) : der())
                .hex();
    }

    /** The identity as people compare it aloud: eight groups of four hex digits from its start. */
    public String fingerprint() {
        String id = keyId();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 32; i += 4) {
            text.append(i == 0 ? "" : "-").append(id, i, i + 4);
        }
        return text.toString();
    }

    /** PEM text, 64 columns, LF line ends. */
    public String pem() {
        return scheme == Scheme.WEBAUTHN_ES256 ? Pem.text(PASSKEY, KeyJson.canonical(this)) : Pem.text(PUBLIC, der());
    }

    /** The JDK's key. */
    public PublicKey publicKey() {
        return decode(scheme, spki);
    }

    /** Whether the signature is by this key, of its scheme, and holds over these bytes. */
    public boolean verifies(byte[] message, Signature signature) {
        return signature.scheme() == scheme
                && signature.keyId().equals(keyId())
                && verifiesRaw(message, signature.bytes());
    }

    /** Whether a bare signature value holds over these bytes. */
    public boolean verifiesRaw(byte[] message, byte[] value) {
        if (scheme == Scheme.WEBAUTHN_ES256) {
            return PasskeyAssertion.holds(this, message, value);
        }
        return signed(message, value);
    }

    /** The size in bits of the curve that a key of scheme {@code ecdsa-sha256} is on; 0 of any other key. */
    public int curveBits() {
        return scheme == Scheme.ECDSA_SHA256 ? EcdsaVerifier.inUse().curveBits(spki) : 0;
    }

    /** Whether the key's own algorithm says the value is over exactly these bytes. */
    boolean signed(byte[] message, byte[] value) {
        if (scheme == Scheme.ECDSA_SHA256) {
            return EcdsaVerifier.inUse().verifies(spki, message, value);
        }
        try {
            java.security.Signature verifier = java.security.Signature.getInstance(scheme.signatureAlgorithm());
            verifier.initVerify(publicKey());
            verifier.update(message);
            return verifier.verify(value);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static byte[] sha256(byte[] bytes) {
        return Digest.of(bytes).raw();
    }

    private byte[] der() {
        return Base64.getDecoder().decode(spki);
    }

    private static PublicKey decode(Scheme scheme, String spki) {
        try {
            byte[] der = Base64.getDecoder().decode(spki.getBytes(StandardCharsets.US_ASCII));
            return KeyFactory.getInstance(scheme.keyAlgorithm()).generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SignatureException("KEY_MALFORMED", "spki is not a public key of scheme " + scheme.label());
        }
    }

    private static void requireP256(PublicKey key) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            ECParameterSpec p256 = parameters.getParameterSpec(ECParameterSpec.class);
            if (key instanceof ECPublicKey point
                    && point.getParams().getCurve().equals(p256.getCurve())
                    && point.getParams().getGenerator().equals(p256.getGenerator())) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
        throw new SignatureException("KEY_MALFORMED", "a passkey's key must be on P-256");
    }

    private static void requirePlace(String rpId, List<String> origins) {
        if (!rpId.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
            throw new SignatureException("KEY_MALFORMED", "a passkey's rpId must be a host name in lower case");
        }
        if (origins.isEmpty()
                || origins.size() > MAX_ORIGINS
                || !List.copyOf(new TreeSet<>(origins)).equals(origins)) {
            throw new SignatureException(
                    "KEY_MALFORMED", "a passkey has 1 to " + MAX_ORIGINS + " origins, each once, in ascending order");
        }
        for (String origin : origins) {
            String host = origin.replaceAll("^https://|:[0-9]{1,5}$", "");
            boolean inside = host.equals(rpId) || host.endsWith("." + rpId);
            if (!origin.matches("https://[a-z0-9.-]{1,253}(:[0-9]{1,5})?") || !inside) {
                throw new SignatureException(
                        "KEY_MALFORMED", "a passkey's origin must be https:// and a host of its rpId, with a port");
            }
        }
    }

    private static SignatureException malformed(Scheme scheme) {
        return new SignatureException(
                "KEY_MALFORMED", "the members of the key are not those of scheme " + scheme.label());
    }
}
