package org.osteon.learning;

import java.security.SecureRandom;

/**
 * The one door to training: an instruction and rows in, named arrays out. Whether the result is differentially private
 * is declared by the implementation in its result. Safe for use by several threads.
 */
public interface Trainer {
    /**
     * Computes one round.
     *
     * @param data the frozen training rows, without held-out patients
     * @param entropy the operating system's generator; every random bit of the round comes from it and none is kept
     * @throws LearningException when plan, arrays or rows do not fit this trainer; nothing has left the site then
     */
    TrainingResult train(TrainingInstruction instruction, TrainingData data, SecureRandom entropy);
}
