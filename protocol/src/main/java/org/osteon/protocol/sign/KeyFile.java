package org.osteon.protocol.sign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;

/**
 * A private key on disk, mode 600: the public key as PEM followed by the private key as PKCS#8 PEM, encrypted (PBES2,
 * PBKDF2 with HMAC-SHA-256, AES-256, RFC 8018) when a person owns it, plain when a daemon does.
 */
public final class KeyFile {
    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();
    private static final AlgorithmIdentifier PRF =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);
    private static final int ITERATIONS = 310_000;
    private static final String PLAIN = "PRIVATE KEY";
    private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";

    private KeyFile() {}

    /** Writes a person's key, encrypted under the pass-phrase; refuses to overwrite and an empty pass-phrase. */
    public static void writeEncrypted(Path file, SigningKey key, char[] passphrase) {
        if (passphrase.length < 8) {
            throw new SignatureException(
                    "PASSPHRASE_TOO_SHORT", "a pass-phrase needs at least 8 characters, had " + passphrase.length);
        }
        try {
            var encryptor = new JcePKCSPBEOutputEncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                    .setProvider(PROVIDER)
                    .setPRF(PRF)
                    .setIterationCount(ITERATIONS)
                    .build(passphrase);
            byte[] sealed = new JcaPKCS8EncryptedPrivateKeyInfoBuilder(key.privateKey())
                    .build(encryptor)
                    .getEncoded();
            write(file, key, ENCRYPTED, sealed);
        } catch (OperatorCreationException | IOException e) {
            throw new SignatureException("KEY_WRITE_FAILED", "the key file cannot be written: " + file.getFileName());
        }
    }

    /** Writes a daemon's key, plain, mode 600; refuses to overwrite. */
    public static void writePlain(Path file, SigningKey key) {
        try {
            write(file, key, PLAIN, key.privateKey().getEncoded());
        } catch (IOException e) {
            throw new SignatureException("KEY_WRITE_FAILED", "the key file cannot be written: " + file.getFileName());
        }
    }

    /** Reads a daemon's plain key. */
    public static SigningKey readPlain(Path file) {
        String text = text(file);
        return SigningKey.of(VerificationKey.ofPem(text), Base64.getDecoder().decode(Pem.body(text, PLAIN)));
    }

    /** Reads a person's key; a wrong pass-phrase is {@code PASSPHRASE_WRONG}. */
    public static SigningKey readEncrypted(Path file, char[] passphrase) {
        String text = text(file);
        try {
            var sealed = new PKCS8EncryptedPrivateKeyInfo(Base64.getDecoder().decode(Pem.body(text, ENCRYPTED)));
            var decryptor = new JcePKCSPBEInputDecryptorProviderBuilder()
                    .setProvider(PROVIDER)
                    .build(passphrase);
            byte[] pkcs8 = sealed.decryptPrivateKeyInfo(decryptor).getEncoded();
            return SigningKey.of(VerificationKey.ofPem(text), pkcs8);
        } catch (PKCSException | IOException e) {
            throw new SignatureException("PASSPHRASE_WRONG", "the pass-phrase does not open " + file.getFileName());
        }
    }

    /** The public key in a key file, readable without the pass-phrase; also reads a file of the public key alone. */
    public static VerificationKey readPublic(Path file) {
        return VerificationKey.ofPem(text(file));
    }

    /** Whether the file holds private key material, encrypted or not. */
    public static boolean holdsPrivateKey(Path file) {
        String text = text(file);
        return text.contains("PRIVATE KEY-----");
    }

    private static void write(Path file, SigningKey key, String label, byte[] der) throws IOException {
        byte[] bytes = (key.publicKey().pem() + Pem.text(label, der)).getBytes(StandardCharsets.US_ASCII);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static String text(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > 16_384) {
                throw new SignatureException("KEY_MALFORMED", "not a key file: " + file.getFileName());
            }
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new SignatureException("KEY_UNREADABLE", "the key file cannot be read: " + file.getFileName());
        }
    }
}
