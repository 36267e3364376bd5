package org.osteon.learning.pytorch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import org.osteon.learning.LearningException;
import org.osteon.learning.engine.Batch;
import org.osteon.learning.engine.GradientEngine;
import org.osteon.learning.engine.SquaredNorm;
import org.osteon.learning.template.Network;

/**
 * Single-precision gradients on PyTorch's CPU kernels through DJL, per-patient by book-keeping (Bu et al. 2022, arXiv
 * 2210.00038): one forward pass, one backward pass to the layers' outputs only, norms from these, one weighted sum.
 *
 * <p>One intra-op thread; callers that want more run several Java threads. Nothing is fetched: DJL is told to stay
 * offline and not to report its use. Grad mode is a property of the thread and is put back after each call; DJL's
 * process-wide gradient collector is not used.
 */
public final class PyTorchGradientEngine implements GradientEngine {
    private final NDManager manager;

    private PyTorchGradientEngine(NDManager manager) {
        this.manager = manager;
    }

    /**
     * Loads the engine; the native library must be on the class path.
     *
     * @throws LearningException {@code ENGINE_UNAVAILABLE} when it cannot be loaded; nothing else is used in its place
     */
    public static PyTorchGradientEngine open() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        try {
            NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
            JniUtils.setNumThreads(1);
            return new PyTorchGradientEngine(manager);
        } catch (RuntimeException | LinkageError e) {
            throw new LearningException(
                    "ENGINE_UNAVAILABLE",
                    "the PyTorch engine cannot be loaded; put its native library on the class path or set the engine to"
                            + " java",
                    e);
        }
    }

    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public double addClipped(Network network, double[] parameters, Batch batch, double clipNorm, double[] sum) {
        if (batch.patients() == 0) {
            return 0;
        }
        if (batch.patients() == 1 && !batch.oneRowEach()) {
            return addWholePatient(network, parameters, batch, clipNorm, sum);
        }
        boolean before = JniUtils.isGradMode();
        try (NDManager scope = manager.newSubManager()) {
            BookKeeping books = BookKeeping.of(scope, network, parameters, batch);
            double[] factors = ClipFactors.of(books.squaredNorms(batch), clipNorm);
            if (!ClipFactors.anyZero(factors)) {
                books.addWeighted(batch, factors, sum);
                return books.loss();
            }
            // 0 times NaN is NaN, so rows without a finite norm are left out and not scaled.
            addClipped(network, parameters, batch.without(p -> factors[p] == 0), clipNorm, sum);
            return books.loss();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    private double addWholePatient(Network network, double[] parameters, Batch batch, double clipNorm, double[] sum) {
        double[] gradient = new double[sum.length];
        double loss = addPlain(network, parameters, batch, gradient);
        double factor = ClipFactors.of(new double[] {SquaredNorm.of(gradient)}, clipNorm)[0];
        for (int i = 0; i < sum.length && factor != 0; i++) {
            sum[i] += factor * gradient[i];
        }
        return loss;
    }

    @Override
    public double addPlain(Network network, double[] parameters, Batch batch, double[] sum) {
        if (batch.rows().length == 0) {
            return 0;
        }
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
        try (NDManager scope = manager.newSubManager()) {
            return ForwardPass.plain(scope, network, parameters, batch).backwardToWeights(sum);
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    @Override
    public double[][] probabilities(Network network, double[] parameters, Batch batch) {
        if (batch.rows().length == 0) {
            return new double[0][];
        }
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try (NDManager scope = manager.newSubManager()) {
            return ForwardPass.inference(scope, network, parameters, batch).probabilities();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
