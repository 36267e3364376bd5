package org.osteon.learning.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.template.Network;

/**
 * The layers' arrays of one forward pass in float32. With taps each row has a copy of the bias of its own,
 * {@code [rows, out]}, that asks for its gradient: that is the loss's derivative by the layer's output, row by row,
 * since the loss is summed over rows.
 */
final class ForwardPass {
    private final Network network;
    private final NDArray[] weights;
    private final NDArray[] biases;
    private final NDArray[] inputs;
    private final NDArray[] taps;
    private final NDArray logits;
    private final NDArray labels;

    private ForwardPass(
            NDManager scope, Network network, double[] parameters, Batch batch, boolean tapped, boolean trained) {
        this.network = network;
        int layers = network.layers();
        this.weights = new NDArray[layers];
        this.biases = new NDArray[layers];
        this.inputs = new NDArray[layers];
        this.taps = new NDArray[tapped ? layers : 0];
        int rows = batch.rows().length;
        NDArray hidden = scope.create(BatchCopy.features(batch, network.in(0)), new Shape(rows, network.in(0)));
        for (int l = 0; l < layers; l++) {
            inputs[l] = hidden;
            int size = network.in(l) * network.out(l);
            weights[l] = scope.create(
                    BatchCopy.floats(parameters, network.offset(l), size), new Shape(network.out(l), network.in(l)));
            biases[l] = scope.create(
                    BatchCopy.floats(parameters, network.offset(l) + size, network.out(l)), new Shape(network.out(l)));
            weights[l].setRequiresGradient(trained);
            biases[l].setRequiresGradient(trained);
            NDArray added = biases[l];
            if (tapped) {
                taps[l] = biases[l].broadcast(rows, network.out(l)).duplicate();
                taps[l].setRequiresGradient(true);
                added = taps[l];
            }
            NDArray out = hidden.matMul(weights[l].transpose()).add(added);
            hidden = l < layers - 1 ? Activation.relu(out) : out;
        }
        this.logits = hidden;
        int outputs = network.out(layers - 1);
        this.labels = scope.create(BatchCopy.labels(batch, outputs, network.binary()), new Shape(rows, outputs));
    }

    static ForwardPass plain(NDManager scope, Network network, double[] parameters, Batch batch) {
        return new ForwardPass(scope, network, parameters, batch, false, true);
    }

    static ForwardPass tapped(NDManager scope, Network network, double[] parameters, Batch batch) {
        return new ForwardPass(scope, network, parameters, batch, true, false);
    }

    static ForwardPass inference(NDManager scope, Network network, double[] parameters, Batch batch) {
        return new ForwardPass(scope, network, parameters, batch, false, false);
    }

    /** Runs backward from the summed loss and returns that loss. */
    double backward() {
        NDArray loss = network.binary()
                ? Activation.softPlus(logits).sub(logits.mul(labels)).sum()
                : logits.logSoftmax(-1).mul(labels).sum().neg();
        NDArray one = loss.onesLike();
        JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
        return loss.getFloat();
    }

    /** Runs backward, adds the weights' gradients and returns the summed loss. */
    double backwardToWeights(double[] sum) {
        double loss = backward();
        for (int l = 0; l < network.layers(); l++) {
            BatchCopy.add(weights[l].getGradient(), sum, network.offset(l));
            BatchCopy.add(biases[l].getGradient(), sum, network.offset(l) + network.in(l) * network.out(l));
        }
        return loss;
    }

    double[][] probabilities() {
        NDArray p = network.binary() ? Activation.sigmoid(logits) : logits.softmax(-1);
        float[] flat = p.toFloatArray();
        int outputs = network.out(network.layers() - 1);
        double[][] rows = new double[flat.length / outputs][outputs];
        for (int i = 0; i < flat.length; i++) {
            rows[i / outputs][i % outputs] = flat[i];
        }
        return rows;
    }

    /** Each layer's input {@code [rows, in]}. */
    NDList inputs() {
        return new NDList(inputs);
    }

    /** Each layer's derivative {@code [rows, out]}, after {@link #backward()}. */
    NDList derivatives() {
        NDList list = new NDList();
        for (NDArray tap : taps) {
            list.add(tap.getGradient());
        }
        return list;
    }
}
