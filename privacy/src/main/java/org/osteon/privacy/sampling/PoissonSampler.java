package org.osteon.privacy.sampling;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Poisson sampling of patients: in each step every patient is drawn independently with probability q. The seed comes
 * from the operating system, lives in this object only, and {@link #close} wipes it.
 */
public final class PoissonSampler implements AutoCloseable {
    private static final int SLICE = 1024;

    private final byte[] seed = new byte[32];
    private final Cipher stream;
    private boolean open = true;

    /** A sampler seeded by the operating system. */
    public PoissonSampler(SecureRandom entropy) {
        entropy.nextBytes(seed);
        try {
            stream = Cipher.getInstance("AES/CTR/NoPadding");
            stream.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(seed, "AES"), new IvParameterSpec(new byte[16]));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES in counter mode", e);
        }
    }

    /**
     * The patients of the next step, ascending; the probability is q rounded down to a multiple of 2^−53.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public int[] sample(int patients, double samplingRate) {
        if (!open) {
            throw new IllegalStateException("the sampler is closed");
        }
        if (!(samplingRate > 0) || samplingRate > 1) {
            throw new IllegalArgumentException("samplingRate must be above 0 and at most 1, was " + samplingRate);
        }
        long threshold = (long) Math.floor(samplingRate * 0x1p53);
        int[] drawn = new int[patients];
        int count = 0;
        byte[] bytes = new byte[SLICE * 8];
        java.nio.ByteBuffer words = java.nio.ByteBuffer.wrap(bytes);
        for (int i = 0; i < patients; i++) {
            if (i % SLICE == 0) {
                fill(bytes);
                words.position(0);
            }
            if (words.getLong() >>> 11 < threshold) {
                drawn[count++] = i;
            }
        }
        Arrays.fill(bytes, (byte) 0);
        return Arrays.copyOf(drawn, count);
    }

    @Override
    public void close() {
        Arrays.fill(seed, (byte) 0);
        open = false;
    }

    @Override
    public String toString() {
        return "PoissonSampler";
    }

    private void fill(byte[] bytes) {
        Arrays.fill(bytes, (byte) 0);
        try {
            stream.update(bytes, 0, bytes.length, bytes, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the keystream cannot go on", e);
        }
    }
}
