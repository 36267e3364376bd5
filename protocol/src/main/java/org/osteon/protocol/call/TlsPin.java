package org.osteon.protocol.call;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.osteon.protocol.document.Digest;

/** Trusts exactly one server key, whatever name or authority its certificate shows. */
public final class TlsPin extends X509ExtendedTrustManager {
    private final Digest pin;

    private TlsPin(Digest pin) {
        this.pin = pin;
    }

    /** Channel credentials that accept only the server whose public key has this SHA-256. */
    public static ChannelCredentials channelCredentials(Digest pin) {
        return TlsChannelCredentials.newBuilder().trustManager(new TlsPin(pin)).build();
    }

    /** A TLS context for clients that are not gRPC's, with the same trust. */
    public static SSLContext clientContext(Digest pin) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TlsPin(pin)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("the server sent no certificate");
        }
        Digest actual = Digest.of(chain[0].getPublicKey().getEncoded());
        if (!actual.equals(pin)) {
            throw new CertificateException(
                    "the server's key is " + actual.brief() + "…, expected " + pin.brief() + "…");
        }
        chain[0].checkValidity();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("client certificates are not used");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("client certificates are not used");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("client certificates are not used");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
