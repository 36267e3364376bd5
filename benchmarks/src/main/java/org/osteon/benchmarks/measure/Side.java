package org.osteon.benchmarks.measure;

/**
 * One of the things that are compared.
 *
 * @param name as printed
 * @param target least ratio to the reference side that is asked for; NaN for none
 * @param job does the work once; what it returns is kept, so that no work can be left out
 */
public record Side(String name, double target, Job job) {
    /** A side without a target. */
    public static Side of(String name, Job job) {
        return new Side(name, Double.NaN, job);
    }

    /** The work of one run. */
    @FunctionalInterface
    public interface Job {
        /** Does the work once. */
        double run() throws Exception;
    }
}
