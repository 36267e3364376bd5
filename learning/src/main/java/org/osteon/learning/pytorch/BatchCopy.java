package org.osteon.learning.pytorch;

import ai.djl.ndarray.NDArray;
import org.osteon.learning.engine.Batch;

/** Moves numbers between double arrays and the engine's float32 arrays. */
final class BatchCopy {
    private BatchCopy() {}

    static float[] features(Batch batch, int inputs) {
        float[] flat = new float[batch.rows().length * inputs];
        int at = 0;
        for (int row : batch.rows()) {
            for (double value : batch.data().features(row)) {
                flat[at++] = (float) value;
            }
        }
        return flat;
    }

    /** The label itself for a binary network, else one-hot. */
    static float[] labels(Batch batch, int outputs, boolean binary) {
        float[] flat = new float[batch.rows().length * outputs];
        int at = 0;
        for (int row : batch.rows()) {
            int label = batch.data().label(row);
            if (binary) {
                flat[at] = label;
            } else {
                flat[at + label] = 1;
            }
            at += outputs;
        }
        return flat;
    }

    static float[] floats(double[] values, int from, int count) {
        float[] part = new float[count];
        for (int i = 0; i < count; i++) {
            part[i] = (float) values[from + i];
        }
        return part;
    }

    static void add(NDArray array, double[] sum, int offset) {
        float[] values = array.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            sum[offset + i] += values[i];
        }
    }
}
