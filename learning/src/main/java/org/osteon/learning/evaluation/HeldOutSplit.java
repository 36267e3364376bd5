package org.osteon.learning.evaluation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.osteon.learning.LearningException;
import org.osteon.learning.TrainingData;

/**
 * Which patients are held out of training, decided for each patient alone: HMAC-SHA-256 under a key of the site over
 * the study's name and the patient's pseudonym, its first 53 bits as a number in [0, 1), held out when below the
 * study's public fraction. The same patient falls on the same side in every round, version and snapshot; no other
 * patient's row has a part in it; without the key nobody can tell the side from a pseudonym.
 */
public final class HeldOutSplit {
    private static final byte[] DOMAIN = "osteon.held-out/1\0".getBytes(StandardCharsets.UTF_8);
    private final SecretKeySpec key;
    private final byte[] study;
    private final double fraction;

    /**
     * A split.
     *
     * @param key the site's secret for splits, at least 16 bytes; it never leaves the site
     * @param study the study's name, the same over its versions
     * @param fraction public, 0 to 0.9; 0 holds nobody out
     * @throws LearningException {@code SPLIT_MALFORMED}
     */
    public HeldOutSplit(byte[] key, String study, double fraction) {
        if (key.length < 16) {
            throw new LearningException("SPLIT_MALFORMED", "the split key has " + key.length + " bytes, 16 are needed");
        }
        if (!(fraction >= 0 && fraction <= 0.9)) {
            throw new LearningException("SPLIT_MALFORMED", "held-out fraction must be in 0 to 0.9, was " + fraction);
        }
        this.key = new SecretKeySpec(key, "HmacSHA256");
        this.study = (study + "\0").getBytes(StandardCharsets.UTF_8);
        this.fraction = fraction;
    }

    /** Whether a patient is held out. */
    public boolean heldOut(String patient) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(DOMAIN);
            mac.update(study);
            byte[] digest = mac.doFinal(patient.getBytes(StandardCharsets.UTF_8));
            return (ByteBuffer.wrap(digest).getLong() >>> 11) * 0x1.0p-53 < fraction;
        } catch (GeneralSecurityException e) {
            throw new LearningException("HMAC_UNAVAILABLE", "this Java has no HmacSHA256", e);
        }
    }

    /** The rows that may be trained on. */
    public TrainingData training(TrainingData data) {
        return data.keep(patient -> !heldOut(patient));
    }

    /** The rows that are held out for evaluation. */
    public TrainingData heldOut(TrainingData data) {
        return data.keep(this::heldOut);
    }
}
