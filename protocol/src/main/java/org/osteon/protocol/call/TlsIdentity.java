package org.osteon.protocol.call;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.sign.Scheme;
import org.osteon.protocol.sign.VerificationKey;

/**
 * A daemon's TLS key and self-signed certificate, in two PEM files ({@code tls.key}, {@code tls.crt}); peers pin the
 * SHA-256 of its public key.
 */
public final class TlsIdentity {
    private static final String KEY = "tls.key";
    private static final String CERTIFICATE = "tls.crt";

    private final Path folder;

    private TlsIdentity(Path folder) {
        this.folder = folder;
    }

    /** Makes key and certificate for these host names and addresses, valid for two years. */
    public static TlsIdentity create(Path folder, List<String> hosts) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            X509Certificate certificate = selfSigned(pair, hosts);
            write(folder.resolve(KEY), "PRIVATE KEY", pair.getPrivate().getEncoded(), "rw-------");
            write(folder.resolve(CERTIFICATE), "CERTIFICATE", certificate.getEncoded(), "rw-r--r--");
            return new TlsIdentity(folder);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("no TLS identity can be made in " + folder.getFileName(), e);
        }
    }

    /** The identity made earlier in this folder. */
    public static TlsIdentity open(Path folder) {
        return new TlsIdentity(folder);
    }

    /** Credentials for a TLS server: TLS only, no client certificate. */
    public ServerCredentials serverCredentials() {
        try {
            return TlsServerCredentials.create(
                    folder.resolve(CERTIFICATE).toFile(), folder.resolve(KEY).toFile());
        } catch (IOException e) {
            throw new IllegalStateException("the TLS key or certificate cannot be read in " + folder.getFileName(), e);
        }
    }

    /** The same for a server of the JDK, such as one that shows pages to a browser. */
    public SSLContext serverContext() {
        try {
            String pem = Files.readString(folder.resolve(KEY), StandardCharsets.US_ASCII)
                    .replaceAll("-----[A-Z ]+-----|\\s", "");
            PrivateKey key = KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("tls", key, new char[0], new Certificate[] {certificate()});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new IllegalStateException("the TLS key or certificate cannot be read in " + folder.getFileName(), e);
        }
    }

    /** The certificate file, as peers outside Osteon take it ({@code --root-certificates}). */
    public Path certificateFile() {
        return folder.resolve(CERTIFICATE);
    }

    /** The file of the private key, for a server that reads it by itself. */
    public Path keyFile() {
        return folder.resolve(KEY);
    }

    /** The pin: SHA-256 of the certificate's SubjectPublicKeyInfo. */
    public Digest pin() {
        return new Digest(publicKey().keyId());
    }

    /** The certificate's public key. */
    public VerificationKey publicKey() {
        try {
            return VerificationKey.of(Scheme.ECDSA_SHA256, certificate().getPublicKey());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the TLS certificate cannot be read in " + folder.getFileName(), e);
        }
    }

    /** Until when the certificate is valid. */
    public Instant until() {
        try {
            return ((X509Certificate) certificate()).getNotAfter().toInstant();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the TLS certificate cannot be read in " + folder.getFileName(), e);
        }
    }

    private Certificate certificate() throws GeneralSecurityException, IOException {
        byte[] pem = Files.readAllBytes(folder.resolve(CERTIFICATE));
        return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
    }

    private static X509Certificate selfSigned(KeyPair pair, List<String> hosts)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        Instant now = Instant.now();
        X500Name name = new X500Name("CN=" + hosts.get(0));
        GeneralName[] names = hosts.stream()
                .map(host -> new GeneralName(
                        host.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, host))
                .toArray(GeneralName[]::new);
        var builder = new JcaX509v3CertificateBuilder(
                        name,
                        new BigInteger(96, new SecureRandom()).add(BigInteger.ONE),
                        Date.from(now.minus(1, ChronoUnit.DAYS)),
                        Date.from(now.plus(730, ChronoUnit.DAYS)),
                        name,
                        pair.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    }

    private static void write(Path file, String label, byte[] der, String mode) throws IOException {
        String pem = "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + label + "-----\n";
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        Files.writeString(file, pem, StandardCharsets.US_ASCII, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
