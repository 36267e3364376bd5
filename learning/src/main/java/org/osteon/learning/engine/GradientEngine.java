package org.osteon.learning.engine;

import org.osteon.learning.template.Network;

/**
 * Gradients of the summed loss. Implementations agree within 1e-5 on the scale of the clip norm; they differ in speed
 * and in what they need installed. Which one is used is configured, never chosen by what happens to load. Safe for use
 * by several threads.
 */
public interface GradientEngine extends AutoCloseable {
    /** A short stable name, such as {@code java} or {@code pytorch}. */
    String name();

    /**
     * Adds to {@code sum} each patient's gradient (summed over the patient's rows) scaled to an L2 norm of at most
     * {@code clipNorm}; a patient whose gradient norm is not finite adds nothing.
     *
     * @param parameters flat, in the network's array order
     * @param clipNorm C over all arrays together
     * @param sum flat, added to in double
     * @return the loss summed over the rows; a function of patient data without noise, it stays at the site
     */
    double addClipped(Network network, double[] parameters, Batch batch, double clipNorm, double[] sum);

    /**
     * Adds to {@code sum} the plain gradient of the summed loss, as training without privacy would; the reference in
     * tests and benchmarks.
     *
     * @return the loss summed over the rows
     */
    double addPlain(Network network, double[] parameters, Batch batch, double[] sum);

    /**
     * The model's outputs for each row: for a binary network the probability of class 1 in {@code [row][0]}, else the
     * probability of each class.
     */
    double[][] probabilities(Network network, double[] parameters, Batch batch);

    @Override
    void close();
}
