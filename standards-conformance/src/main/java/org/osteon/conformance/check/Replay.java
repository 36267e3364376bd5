package org.osteon.conformance.check;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.TrainingPlan;

/**
 * The rules of {@code docs/spec/aggregation.md} done a second time, from their statement alone. Every operation is one
 * IEEE 754 binary64 operation rounded to nearest, ties to even, in the stated order; nothing is fused. Memory does not
 * grow with the model.
 */
final class Replay {
    private static final int BLOCK = 1 << 14;

    private Replay() {}

    /**
     * {@code mean}: for each element s ← 0; s ← s + w·u for each site in order; base + s / Σw, rounded once to the
     * array's type.
     *
     * @param updates one file a site, each as long as the base
     */
    static Digest mean(ModelVersion version, Path base, List<Path> updates) throws IOException {
        double total = 0;
        for (ModelVersion.Input input : version.inputs()) {
            total += input.weight();
        }
        MessageDigest sha = Digest.sha256();
        List<DataInputStream> sites = new ArrayList<>();
        try (DataInputStream start = open(base)) {
            for (Path update : updates) {
                sites.add(open(update));
            }
            double[] sums = new double[BLOCK];
            for (ArraySpec spec : version.specs()) {
                boolean single = "float32".equals(spec.dtype());
                for (long done = 0; done < spec.elements(); done += BLOCK) {
                    int count = (int) Math.min(BLOCK, spec.elements() - done);
                    java.util.Arrays.fill(sums, 0);
                    for (int site = 0; site < sites.size(); site++) {
                        double weight = version.inputs().get(site).weight();
                        for (int e = 0; e < count; e++) {
                            sums[e] += weight * next(sites.get(site), single);
                        }
                    }
                    ByteBuffer out =
                            ByteBuffer.allocate(count * spec.elementBytes()).order(ByteOrder.LITTLE_ENDIAN);
                    for (int e = 0; e < count; e++) {
                        put(out, next(start, single) + sums[e] / total, single);
                    }
                    sha.update(out.array());
                }
            }
        } finally {
            for (DataInputStream site : sites) {
                site.close();
            }
        }
        return Digest.ofRaw(sha.digest());
    }

    /**
     * {@code newton}: sums of gradient and Hessian over the sites, each from 0 in order; the Cholesky factor L of H +
     * r·I column by column, from each remaining entry its products subtracted in ascending order of columns; L·y = g −
     * r·θ the same way; Lᵀ·s = y from the last row up, products subtracted in ascending order; θ + s.
     *
     * @param d number of coefficients
     * @return digest of the new coefficients, or nothing when a pivot is not positive
     */
    static Optional<Digest> newton(TrainingPlan.Newton plan, int d, Path base, List<Path> updates) throws IOException {
        double[] theta = doubles(base, d);
        double[] rest = new double[d];
        double[][] factor = new double[d][d];
        for (Path update : updates) {
            double[] values = doubles(update, d + d * d);
            for (int i = 0; i < d; i++) {
                rest[i] += values[i];
                for (int j = 0; j < d; j++) {
                    factor[i][j] += values[d + i * d + j];
                }
            }
        }
        double ridge = plan.ridge();
        for (int i = 0; i < d; i++) {
            rest[i] -= ridge * theta[i];
            for (int j = 0; j <= i; j++) {
                factor[i][j] += i == j ? ridge : 0.0;
            }
        }
        for (int column = 0; column < d; column++) {
            if (!(factor[column][column] > 0)) {
                return Optional.empty();
            }
            double pivot = Math.sqrt(factor[column][column]);
            factor[column][column] = pivot;
            rest[column] /= pivot;
            for (int row = column + 1; row < d; row++) {
                factor[row][column] /= pivot;
                rest[row] -= factor[row][column] * rest[column];
            }
            for (int row = column + 1; row < d; row++) {
                for (int j = column + 1; j <= row; j++) {
                    factor[row][j] -= factor[row][column] * factor[j][column];
                }
            }
        }
        for (int row = d - 1; row >= 0; row--) {
            for (int k = row + 1; k < d; k++) {
                rest[row] -= factor[k][row] * rest[k];
            }
            rest[row] /= factor[row][row];
        }
        ByteBuffer out = ByteBuffer.allocate(d * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < d; i++) {
            out.putDouble(theta[i] + rest[i]);
        }
        return Optional.of(Digest.of(out.array()));
    }

    /** Digest of that many zero bytes. */
    static Digest zeros(long bytes) {
        MessageDigest sha = Digest.sha256();
        byte[] block = new byte[BLOCK];
        for (long left = bytes; left > 0; left -= BLOCK) {
            sha.update(block, 0, (int) Math.min(BLOCK, left));
        }
        return Digest.ofRaw(sha.digest());
    }

    static Digest digest(Path file) throws IOException {
        MessageDigest sha = Digest.sha256();
        byte[] block = new byte[BLOCK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                sha.update(block, 0, n);
            }
        }
        return Digest.ofRaw(sha.digest());
    }

    static DataInputStream open(Path file) throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
    }

    static double next(DataInputStream in, boolean single) throws IOException {
        return single
                ? Float.intBitsToFloat(Integer.reverseBytes(in.readInt()))
                : Double.longBitsToDouble(Long.reverseBytes(in.readLong()));
    }

    static void put(ByteBuffer out, double value, boolean single) {
        if (single) {
            out.putFloat((float) value);
        } else {
            out.putDouble(value);
        }
    }

    private static double[] doubles(Path file, int count) throws IOException {
        double[] values = new double[count];
        try (DataInputStream in = open(file)) {
            for (int i = 0; i < count; i++) {
                values[i] = next(in, false);
            }
        }
        return values;
    }
}
