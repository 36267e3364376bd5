package org.osteon.benchmarks.privacy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Contest;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.measure.Side;
import org.osteon.privacy.accounting.RdpCurve;
import org.osteon.privacy.accounting.SubsampledGaussian;
import org.osteon.privacy.noise.GridNoise;

/**
 * Noise for a sum: the exact, cryptographic one against the JDK's Gaussian from a generator that anyone could predict,
 * which must never be used for it and is the limit for speed. And one charge of the accountant: the curve of a step,
 * its composition and ε.
 */
public final class PrivacyBenchmark implements Benchmark {
    private static final int COORDINATES = 1 << 16;
    private static final int SUMS = 100;
    private static final int CHARGES = 60;

    @Override
    public String name() {
        return "privacy";
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        noise(setting.size(SUMS), meter);
        charges(setting.size(CHARGES), meter);
    }

    private static void noise(int sums, Meter meter) throws Exception {
        GridNoise grid = GridNoise.of(1.2, new SecureRandom());
        SplittableRandom predictable = new SplittableRandom(1);
        double[] sum = new double[COORDINATES];
        meter.measure(new Contest(
                "Noise on a sum",
                "samples",
                (double) sums * COORDINATES,
                Side.of("SplittableRandom.nextGaussian: no privacy", () -> {
                    for (int i = 0; i < sums; i++) {
                        for (int c = 0; c < sum.length; c++) {
                            sum[c] = (c & 7) + 1.2 * predictable.nextGaussian();
                        }
                    }
                    return sum[1];
                }),
                List.of(Side.of("GridNoise: exact, from AES-256 in counter mode", () -> {
                    for (int i = 0; i < sums; i++) {
                        for (int c = 0; c < sum.length; c++) {
                            sum[c] = c & 7;
                        }
                        grid.add(sum);
                    }
                    return sum[1];
                }))));
    }

    private static void charges(int charges, Meter meter) throws Exception {
        meter.measure(new Contest(
                "Account for 1,000 steps",
                "charges",
                charges,
                Side.of("RDP at " + RdpCurve.orders().length + " orders, and ε", () -> {
                    double epsilons = 0;
                    for (int i = 0; i < charges; i++) {
                        epsilons += SubsampledGaussian.step(0.01 + 1e-5 * i, 1.1)
                                .times(1000)
                                .epsilon(1e-5);
                    }
                    return epsilons;
                }),
                List.of()));
    }
}
