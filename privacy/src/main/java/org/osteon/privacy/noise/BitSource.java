package org.osteon.privacy.noise;

/** Uniform random bits. */
@FunctionalInterface
interface BitSource {
    /** 64 uniform bits. */
    long next();
}
