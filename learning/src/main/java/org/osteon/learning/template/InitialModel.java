package org.osteon.learning.template;

import org.osteon.learning.NamedArrays;
import org.osteon.protocol.document.Study;

/**
 * The model of round 0, a function of the study alone: zeros for {@code logistic} and {@code softmax}; for {@code mlp}
 * zero biases and weights uniform in ±√(6 / (in + out)) (Glorot and Bengio 2010) from SplitMix64 (Steele, Lea and Flood
 * 2014) started with the study's seed, layer by layer in C order, so that every party computes the same bits.
 */
public final class InitialModel {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private long state;

    private InitialModel(long seed) {
        this.state = seed;
    }

    /** The initial arrays of a study's model. */
    public static NamedArrays of(Study study) {
        return of(
                study.model(), study.cohort().features().size(), study.cohort().classes());
    }

    /** The initial arrays of a model with these inputs and classes. */
    public static NamedArrays of(Study.ModelSpec model, int inputs, int classes) {
        Network network = Network.of(model, inputs, classes);
        double[] values = new double[network.parameters()];
        if (network.layers() > 1) {
            new InitialModel(model.seed()).fill(network, values);
        }
        return NamedArrays.of(model.arrays(), values);
    }

    private void fill(Network network, double[] values) {
        for (int l = 0; l < network.layers(); l++) {
            double limit = Math.sqrt(6.0 / (network.in(l) + network.out(l)));
            int from = network.offset(l);
            for (int i = 0; i < network.in(l) * network.out(l); i++) {
                values[from + i] = (2 * uniform() - 1) * limit;
            }
        }
    }

    private double uniform() {
        state += GOLDEN_GAMMA;
        long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
    }
}
