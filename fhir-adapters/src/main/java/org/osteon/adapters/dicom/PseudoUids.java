package org.osteon.adapters.dicom;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Replaces UIDs consistently: {@code 2.25.} and the decimal form of a UUID (PS3.5 section B.2) of version 8 (RFC 9562
 * section 5.8) whose other 122 bits are HMAC-SHA-256 (RFC 2104) of the UID under a key of the site.
 */
final class PseudoUids {
    private static final String DOMAIN = "osteon/dicom-uid/v1|";
    private static final int MIN_KEY_BYTES = 16;

    private final SecretKeySpec key;

    PseudoUids(byte[] key) {
        if (key.length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "the UID key must have at least " + MIN_KEY_BYTES + " bytes, had " + key.length);
        }
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    String replace(String uid) {
        byte[] mac;
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(key);
            mac = hmac.doFinal((DOMAIN + uid).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HmacSHA256", e);
        }
        byte[] uuid = Arrays.copyOf(mac, 16);
        uuid[6] = (byte) (uuid[6] & 0x0F | 0x80);
        uuid[8] = (byte) (uuid[8] & 0x3F | 0x80);
        return "2.25." + new BigInteger(1, uuid);
    }
}
