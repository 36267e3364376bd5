package org.osteon.trials;

/** Upper bounds of a rate from trials. */
final class FailureRate {
    private static final double LEVEL = 0.05;
    private static final int HALVINGS = 100;

    private FailureRate() {}

    /**
     * The one-sided 95 % bound of Clopper and Pearson (1934): the rate at which so few failures or fewer have
     * probability 5 %; without a failure 1 − 0.05^(1/n).
     */
    static double upper95(int failures, int trials) {
        if (trials <= 0 || failures < 0 || failures > trials) {
            throw new IllegalArgumentException(failures + " failures of " + trials + " trials");
        }
        double low = (double) failures / trials;
        double high = 1;
        for (int i = 0; i < HALVINGS && failures < trials; i++) {
            double middle = (low + high) / 2;
            if (atMost(failures, trials, middle) > LEVEL) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Probability of that many failures or fewer. */
    private static double atMost(int failures, int trials, double rate) {
        double sum = 0;
        double logChoose = 0;
        for (int k = 0; k <= failures; k++) {
            if (k > 0) {
                logChoose += Math.log((double) (trials - k + 1) / k);
            }
            sum += Math.exp(logChoose + k * Math.log(rate) + (trials - k) * Math.log1p(-rate));
        }
        return sum;
    }
}
