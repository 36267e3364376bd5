package org.osteon.learning.dp;

import org.osteon.learning.engine.Batch;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.template.Network;

/** A planted fault: adds plain gradients where clipped ones are asked for. */
record UnclippedEngine(GradientEngine engine) implements GradientEngine {
    @Override
    public String name() {
        return "unclipped";
    }

    @Override
    public double addClipped(Network network, double[] parameters, Batch batch, double clipNorm, double[] sum) {
        return engine.addPlain(network, parameters, batch, sum);
    }

    @Override
    public double addPlain(Network network, double[] parameters, Batch batch, double[] sum) {
        return engine.addPlain(network, parameters, batch, sum);
    }

    @Override
    public double[][] probabilities(Network network, double[] parameters, Batch batch) {
        return engine.probabilities(network, parameters, batch);
    }

    @Override
    public void close() {
        engine.close();
    }
}
