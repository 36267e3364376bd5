package org.osteon.learning.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.template.Network;

/**
 * Inputs a and output derivatives d of every layer, from which norms and weighted sums of per-patient gradients follow
 * without building any: a row's gradient in a layer is d aᵀ and d for the bias, so for rows r, s of a patient the inner
 * product is (d_r·d_s)(a_r·a_s + 1).
 */
final class BookKeeping {
    private static final int[] ROWS = {1};

    private final NDManager scope;
    private final Network network;
    private final NDList inputs;
    private final NDList derivatives;
    private final double loss;

    private BookKeeping(NDManager scope, Network network, NDList inputs, NDList derivatives, double loss) {
        this.scope = scope;
        this.network = network;
        this.inputs = inputs;
        this.derivatives = derivatives;
        this.loss = loss;
    }

    /** Runs forward and backward; leaves the thread's grad mode off. */
    static BookKeeping of(NDManager scope, Network network, double[] parameters, Batch batch) {
        JniUtils.setGradMode(true);
        ForwardPass pass = ForwardPass.tapped(scope, network, parameters, batch);
        double loss = pass.backward();
        JniUtils.setGradMode(false);
        return new BookKeeping(scope, network, pass.inputs(), pass.derivatives(), loss);
    }

    double loss() {
        return loss;
    }

    /** Squared gradient norm of each patient over all arrays. */
    double[] squaredNorms(Batch batch) {
        return batch.oneRowEach() ? rowNorms() : groupNorms(batch);
    }

    /** |d|²(|a|² + 1), summed over the layers. */
    private double[] rowNorms() {
        double[] norms = new double[(int) inputs.get(0).getShape().get(0)];
        for (int l = 0; l < network.layers(); l++) {
            float[] d = derivatives.get(l).norm(ROWS).toFloatArray();
            float[] a = inputs.get(l).norm(ROWS).toFloatArray();
            for (int r = 0; r < norms.length; r++) {
                norms[r] += (double) d[r] * d[r] * ((double) a[r] * a[r] + 1);
            }
        }
        return norms;
    }

    private NDArray innerProducts(int layer) {
        NDArray d = derivatives.get(layer).toType(DataType.FLOAT64, true);
        NDArray a = inputs.get(layer).toType(DataType.FLOAT64, true);
        return d.matMul(d.transpose()).mul(a.matMul(a.transpose()).add(1));
    }

    /** Rows of a patient may cancel, so inner products are taken in double. */
    private double[] groupNorms(Batch batch) {
        NDArray total = innerProducts(0);
        for (int l = 1; l < network.layers(); l++) {
            total = total.add(innerProducts(l));
        }
        double[] gram = total.toDoubleArray();
        int rows = batch.rows().length;
        double[] norms = new double[batch.patients()];
        int from = 0;
        for (int p = 0; p < norms.length; p++) {
            int to = batch.groupEnds()[p];
            for (int r = from; r < to; r++) {
                for (int s = from; s < to; s++) {
                    norms[p] += gram[r * rows + s];
                }
            }
            from = to;
        }
        return norms;
    }

    /** Adds Σ factor·gradient over patients. */
    void addWeighted(Batch batch, double[] factors, double[] sum) {
        float[] perRow = new float[batch.rows().length];
        int row = 0;
        for (int p = 0; p < factors.length; p++) {
            for (; row < batch.groupEnds()[p]; row++) {
                perRow[row] = (float) factors[p];
            }
        }
        NDArray weights = scope.create(perRow, new Shape(perRow.length, 1));
        for (int l = 0; l < network.layers(); l++) {
            NDArray scaled = derivatives.get(l).mul(weights);
            BatchCopy.add(scaled.transpose().matMul(inputs.get(l)), sum, network.offset(l));
            BatchCopy.add(scaled.sum(new int[] {0}), sum, network.offset(l) + network.in(l) * network.out(l));
        }
    }
}
