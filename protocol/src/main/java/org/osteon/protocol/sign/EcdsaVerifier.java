package org.osteon.protocol.sign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where signatures of scheme {@code ecdsa-sha256} are checked: by Amazon's Corretto Crypto Provider in a program that
 * asked for it and where its native library loads, else by the JDK. Both take and refuse the same values, for a value
 * that is not strict DER is refused before either sees it.
 */
public final class EcdsaVerifier {
    /** The provider that brings native code. */
    static final String CORRETTO = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    private static final Logger LOG = LoggerFactory.getLogger(EcdsaVerifier.class);
    private static final int MOST_KEYS = 4096;
    private static final EcdsaVerifier JDK = new EcdsaVerifier(null);
    private static volatile EcdsaVerifier chosen = JDK;

    private final @Nullable Provider provider;
    private final Map<String, Key> keys = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Key> eldest) {
            return size() > MOST_KEYS;
        }
    });

    private EcdsaVerifier(@Nullable Provider provider) {
        this.provider = provider;
    }

    /** A key that was read, and by whom it is checked; null is the JDK. */
    private record Key(PublicKey key, @Nullable Provider by, int bits) {}

    /**
     * From now on this program checks by native code where it can; the log says once which it is. With the system
     * property {@code osteon.signatures=jdk} it stays with the JDK.
     */
    public static void preferNative() {
        if ("jdk".equals(System.getProperty("osteon.signatures"))) {
            LOG.info("the JDK checks node signatures, as osteon.signatures says");
            return;
        }
        chosen = ofNative(CORRETTO).orElse(JDK);
        if (chosen.provider == null) {
            LOG.warn("no native code checks node signatures on this machine; the JDK does, which takes several times as"
                    + " long");
        } else {
            LOG.atInfo().addKeyValue("provider", chosen.provider).log("native code checks node signatures");
        }
    }

    /** What this program checks by. */
    static EcdsaVerifier inUse() {
        return chosen;
    }

    /** Checks by the JDK. */
    static EcdsaVerifier ofJdk() {
        return JDK;
    }

    /** Checks by a provider that has shown that it works here. */
    static Optional<EcdsaVerifier> ofNative(String providerClass) {
        try {
            Provider provider = (Provider)
                    Class.forName(providerClass).getDeclaredConstructor().newInstance();
            EcdsaVerifier verifier = new EcdsaVerifier(provider);
            SigningKey probe = SigningKey.ecdsaP384();
            byte[] message = "osteon".getBytes(StandardCharsets.US_ASCII);
            byte[] value = probe.signRaw(message);
            String spki = probe.publicKey().spki();
            boolean works = provider.equals(verifier.key(spki).by())
                    && verifier.verifies(spki, message, value)
                    && !verifier.verifies(spki, new byte[0], value);
            return works ? Optional.of(verifier) : Optional.empty();
        } catch (ReflectiveOperationException | GeneralSecurityException | RuntimeException | LinkageError e) {
            LOG.atInfo().addKeyValue("error", e.toString()).log("the native provider does not work here");
            return Optional.empty();
        }
    }

    /** Whether a value is an ECDSA signature with SHA-256 by this key over these bytes. */
    boolean verifies(String spki, byte[] message, byte[] value) {
        if (!strict(value)) {
            return false;
        }
        try {
            Key key = key(spki);
            String algorithm = Scheme.ECDSA_SHA256.signatureAlgorithm();
            java.security.Signature verifier = key.by() == null
                    ? java.security.Signature.getInstance(algorithm)
                    : java.security.Signature.getInstance(algorithm, key.by());
            verifier.initVerify(key.key());
            verifier.update(message);
            return verifier.verify(value);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The size of the key's curve in bits. */
    int curveBits(String spki) {
        try {
            return key(spki).bits();
        } catch (GeneralSecurityException e) {
            return 0;
        }
    }

    private Key key(String spki) throws GeneralSecurityException {
        Key known = keys.get(spki);
        if (known == null) {
            known = read(spki);
            keys.put(spki, known);
        }
        return known;
    }

    private Key read(String spki) throws GeneralSecurityException {
        X509EncodedKeySpec encoded = new X509EncodedKeySpec(Base64.getDecoder().decode(spki));
        String algorithm = Scheme.ECDSA_SHA256.keyAlgorithm();
        PublicKey key = KeyFactory.getInstance(algorithm).generatePublic(encoded);
        int bits = key instanceof ECPublicKey point
                ? point.getParams().getCurve().getField().getFieldSize()
                : 0;
        if (provider == null) {
            return new Key(key, null, bits);
        }
        try {
            return new Key(KeyFactory.getInstance(algorithm, provider).generatePublic(encoded), provider, bits);
        } catch (GeneralSecurityException e) {
            return new Key(key, null, bits);
        }
    }

    /** Whether a value is DER of a sequence of two integers that are not negative, in their shortest form (X.690). */
    private static boolean strict(byte[] value) {
        int at = 1;
        if (value.length < 8 || value[0] != 0x30) {
            return false;
        }
        int length = value[at++] & 0xff;
        if (length == 0x81) {
            length = value[at++] & 0xff;
            if (length < 0x80) {
                return false;
            }
        } else if (length > 0x7f) {
            return false;
        }
        if (length != value.length - at) {
            return false;
        }
        int second = integer(value, at);
        return second > 0 && integer(value, second) == value.length;
    }

    /** Where what follows the integer begins; 0 when there is none in its shortest form. */
    private static int integer(byte[] value, int at) {
        if (at + 2 >= value.length || value[at] != 0x02) {
            return 0;
        }
        int length = value[at + 1];
        int from = at + 2;
        if (length < 1 || length > value.length - from || value[from] < 0) {
            return 0;
        }
        boolean padded = length > 1 && value[from] == 0 && value[from + 1] >= 0;
        return padded ? 0 : from + length;
    }
}
