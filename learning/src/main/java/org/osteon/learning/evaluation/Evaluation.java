package org.osteon.learning.evaluation;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.TrainingData;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.template.Network;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.privacy.noise.CountNoise;
import org.osteon.protocol.document.Study;

/**
 * Scores a model on the held-out patients and releases two histograms with noise on every bin. One patient is in one
 * bin of one histogram, so adding or removing one changes the released vector by 1 in L2: noise of standard deviation σ
 * is the Gaussian mechanism with noise multiplier σ, unsampled, once.
 */
public final class Evaluation {
    private static final int CHUNK = 4096;
    private final GradientEngine engine;
    private final CountsNoise.Source noises;

    /** An evaluation with the noise of {@code org.osteon.privacy}. */
    public Evaluation(GradientEngine engine) {
        this(engine, (sigma, entropy) -> CountNoise.of(sigma, entropy)::add);
    }

    Evaluation(GradientEngine engine, CountsNoise.Source noises) {
        this.engine = engine;
        this.noises = noises;
    }

    /**
     * What leaves, and what it cost.
     *
     * @param histograms noised counts
     * @param mechanism what the ledger charges, {@link Mechanism.ExactRelease} where the plan has no noise
     * @param differentiallyPrivate whether there is noise
     */
    public record Result(ScoreHistograms histograms, Mechanism mechanism, boolean differentiallyPrivate) {}

    /**
     * Evaluates.
     *
     * @param model every array of the study's model
     * @param heldOut rows of held-out patients only, one a patient
     * @throws LearningException {@code EVALUATION_UNSUPPORTED} for more than two classes, or no noise in a study whose
     *     guarantee is dp
     */
    public Result evaluate(Study study, NamedArrays model, TrainingData heldOut, SecureRandom entropy) {
        int inputs = study.cohort().features().size();
        int classes = study.cohort().classes();
        double sigma = study.evaluation().noiseSigma();
        if (classes != 2) {
            throw new LearningException(
                    "EVALUATION_UNSUPPORTED", "evaluation needs two classes, the study has " + classes);
        }
        if (sigma == 0 && study.plan().differentiallyPrivate()) {
            throw new LearningException("EVALUATION_UNSUPPORTED", "a dp study needs evaluation.noiseSigma above 0");
        }
        if (!model.specs().equals(study.model().arrays())) {
            throw new LearningException("ARRAYS_MISMATCH", "the model does not have the arrays of the study");
        }
        heldOut.check(inputs, classes);
        heldOut.requireOneRowEach();
        Network network = Network.of(study.model(), inputs, classes);
        long[][] counts =
                counts(network, model.flat(), heldOut, study.evaluation().bins());
        if (sigma == 0) {
            return new Result(histograms(counts), new Mechanism.ExactRelease(), false);
        }
        CountsNoise noise = noises.of(sigma, entropy);
        for (long[] histogram : counts) {
            noise.add(histogram);
        }
        return new Result(histograms(counts), new Mechanism.NoisedCounts(sigma), true);
    }

    private long[][] counts(Network network, double[] parameters, TrainingData rows, int bins) {
        long[][] counts = new long[2][bins];
        for (int from = 0; from < rows.size(); from += CHUNK) {
            int[] part =
                    IntStream.range(from, Math.min(rows.size(), from + CHUNK)).toArray();
            int[] ends = IntStream.rangeClosed(1, part.length).toArray();
            double[][] scores = engine.probabilities(network, parameters, new Batch(rows, part, ends));
            for (int i = 0; i < part.length; i++) {
                double score = network.binary() ? scores[i][0] : scores[i][1];
                counts[rows.label(part[i])][ScoreHistograms.bin(score, bins)]++;
            }
        }
        return counts;
    }

    private static ScoreHistograms histograms(long[][] counts) {
        List<List<Long>> lists = new ArrayList<>();
        for (long[] histogram : counts) {
            lists.add(Arrays.stream(histogram).boxed().toList());
        }
        return new ScoreHistograms(lists.get(0), lists.get(1));
    }
}
