package org.osteon.learning;

import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

/**
 * What a site is to compute in one round.
 *
 * @param model template, arrays and seed
 * @param inputs number of input columns
 * @param classes number of outcome classes
 * @param plan the study's constants
 * @param round 1, 2, …
 * @param base values of every array of the model, shared and local, in its order
 */
public record TrainingInstruction(
        Study.ModelSpec model, int inputs, int classes, TrainingPlan plan, int round, NamedArrays base) {
    /** Checks the round and that the base has the model's arrays. */
    public TrainingInstruction {
        if (round < 1 || round > plan.rounds()) {
            throw new LearningException("ROUND_OUT_OF_RANGE", "round " + round + " of " + plan.rounds());
        }
        if (!base.specs().equals(model.arrays())) {
            throw new LearningException("ARRAYS_MISMATCH", "the base model does not have the arrays of the study");
        }
    }

    /** One round of a study from a base model. */
    public static TrainingInstruction of(Study study, int round, NamedArrays base) {
        return new TrainingInstruction(
                study.model(), study.cohort().features().size(), study.cohort().classes(), study.plan(), round, base);
    }
}
