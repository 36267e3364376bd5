package org.osteon.protocol.sign;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** PEM armour (RFC 7468): strict label, 64 columns, LF line ends. */
final class Pem {
    private Pem() {}

    static String text(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }

    /** The Base64 body without line breaks. */
    static String body(String pem, String label) {
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf(end);
        if (pem.length() > 16_384 || from < 0 || to < from) {
            throw new SignatureException("KEY_MALFORMED", "the text is not PEM of type " + label);
        }
        return pem.substring(from + begin.length(), to).replaceAll("\\s", "");
    }
}
