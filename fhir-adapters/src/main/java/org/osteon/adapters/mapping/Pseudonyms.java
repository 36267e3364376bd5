package org.osteon.adapters.mapping;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Pseudonyms of one site: the first 16 bytes, in hex, of HMAC-SHA-256 over {@code osteon/1|domain|value} (RFC 2104).
 * The same identifier in the same domain gives the same pseudonym whatever source it comes from. For one thread.
 */
public final class Pseudonyms {
    /** The domain of patients, shared by FHIR, tables and DICOM. */
    public static final String PATIENT = "patient";

    private static final String RESOURCE = "Patient/";
    private static final int BYTES = 16;

    private final Mac mac;

    /** With the site's secret. */
    public Pseudonyms(byte[] key) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** The pseudonym of an identifier, 32 hex digits; blanks around the identifier do not count. */
    public String of(String domain, String value) {
        return HexFormat.of().formatHex(Arrays.copyOf(hmac(domain, value.strip()), BYTES));
    }

    /** A patient's pseudonym, whether given as the key {@code Patient/17} or as {@code 17}. */
    public String ofPatient(String value) {
        String id = value.strip();
        return of(PATIENT, id.startsWith(RESOURCE) ? id.substring(RESOURCE.length()) : id);
    }

    /** A key for another purpose, 32 bytes. */
    public byte[] keyFor(String purpose) {
        return hmac("key", purpose);
    }

    private byte[] hmac(String domain, String value) {
        return mac.doFinal(("osteon/1|" + domain + "|" + value).getBytes(StandardCharsets.UTF_8));
    }
}
