package org.osteon.protocol.call;

import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import org.osteon.protocol.document.Digest;

/** Names of the authentication headers and the bytes that are signed. */
final class CallHeaders {
    static final Metadata.Key<String> KEY_ID = Metadata.Key.of("osteon-key-id", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> TIME = Metadata.Key.of("osteon-time", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<String> NONCE = Metadata.Key.of("osteon-nonce", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<byte[]> SIGNATURE =
            Metadata.Key.of("osteon-signature-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private CallHeaders() {}

    static byte[] signedBytes(String method, String time, String nonce, byte[] body) {
        String text = "osteon-call/1\n" + method + "\n" + time + "\n" + nonce + "\n"
                + Digest.of(body).hex() + "\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
