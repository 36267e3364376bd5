package org.osteon.learning.evaluation;

/** Integer noise for one bin. */
@FunctionalInterface
interface BinNoise {
    /** A fresh draw. */
    long next();
}
