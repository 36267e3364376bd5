package org.osteon.learning.engine;

import org.osteon.learning.template.Network;

/** Forward and backward through one row of a {@link Network}, in double. Not for several threads. */
final class BackPropagation {
    private final Network network;
    private final double[] parameters;
    private final double[][] activations;
    private final double[][] deltas;

    BackPropagation(Network network, double[] parameters) {
        this.network = network;
        this.parameters = parameters;
        this.activations = new double[network.layers() + 1][];
        this.deltas = new double[network.layers()][];
        for (int l = 0; l < network.layers(); l++) {
            activations[l + 1] = new double[network.out(l)];
            deltas[l] = new double[network.out(l)];
        }
    }

    /** Adds the row's gradient to {@code gradient} and returns its loss. */
    double add(double[] row, int label, double[] gradient) {
        double[] logits = forward(row);
        int last = network.layers() - 1;
        double loss;
        if (network.binary()) {
            double z = logits[0];
            deltas[last][0] = sigmoid(z) - label;
            loss = softplus(z) - label * z;
        } else {
            double[] p = softmax(logits);
            for (int k = 0; k < p.length; k++) {
                deltas[last][k] = p[k] - (k == label ? 1 : 0);
            }
            loss = -Math.log(p[label]);
        }
        for (int l = last; l >= 0; l--) {
            backward(l, gradient);
        }
        return loss;
    }

    double[] probabilities(double[] row) {
        double[] logits = forward(row);
        return network.binary() ? new double[] {sigmoid(logits[0])} : softmax(logits);
    }

    private double[] forward(double[] row) {
        activations[0] = row;
        for (int l = 0; l < network.layers(); l++) {
            int in = network.in(l);
            int weights = network.offset(l);
            int biases = weights + in * network.out(l);
            for (int o = 0; o < network.out(l); o++) {
                double z = parameters[biases + o];
                for (int i = 0; i < in; i++) {
                    z += parameters[weights + o * in + i] * activations[l][i];
                }
                boolean hidden = l < network.layers() - 1;
                activations[l + 1][o] = hidden && z < 0 ? 0 : z;
            }
        }
        return activations[network.layers()];
    }

    private void backward(int l, double[] gradient) {
        int in = network.in(l);
        int weights = network.offset(l);
        int biases = weights + in * network.out(l);
        for (int o = 0; o < network.out(l); o++) {
            double delta = deltas[l][o];
            gradient[biases + o] += delta;
            for (int i = 0; i < in; i++) {
                gradient[weights + o * in + i] += delta * activations[l][i];
            }
        }
        if (l == 0) {
            return;
        }
        for (int i = 0; i < in; i++) {
            double delta = 0;
            if (activations[l][i] > 0) {
                for (int o = 0; o < network.out(l); o++) {
                    delta += parameters[weights + o * in + i] * deltas[l][o];
                }
            }
            deltas[l - 1][i] = delta;
        }
    }

    private static double sigmoid(double z) {
        return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
    }

    private static double softplus(double z) {
        return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    }

    private static double[] softmax(double[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (double z : logits) {
            max = Math.max(max, z);
        }
        double[] p = new double[logits.length];
        double total = 0;
        for (int k = 0; k < p.length; k++) {
            p[k] = Math.exp(logits[k] - max);
            total += p[k];
        }
        for (int k = 0; k < p.length; k++) {
            p[k] /= total;
        }
        return p;
    }
}
