package org.osteon.privacy.noise;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** An AES-256 counter keystream under a key that the operating system's generator gave and nobody else sees. */
final class SystemBits implements BitSource {
    private static final int BLOCK = 8192;
    private static final byte[] ZEROS = new byte[BLOCK];

    private final Cipher cipher;
    private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK).position(BLOCK);

    SystemBits(SecureRandom entropy) {
        byte[] key = new byte[32];
        entropy.nextBytes(key);
        try {
            cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES in counter mode", e);
        } finally {
            java.util.Arrays.fill(key, (byte) 0);
        }
    }

    @Override
    public long next() {
        if (buffer.remaining() < Long.BYTES) {
            try {
                cipher.update(ZEROS, 0, BLOCK, buffer.array(), 0);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the keystream cannot go on", e);
            }
            buffer.position(0);
        }
        return buffer.getLong();
    }
}
