package org.osteon.conformance.check;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;

/**
 * The strategies of {@code docs/spec/aggregation.md} beside averaging, done a second time from their statement: one
 * element after the other, each with the column of its values in all updates, read as streams. Every operation is one
 * IEEE 754 binary64 operation in the stated order; nothing is fused.
 */
final class StrategyReplay {
    private final Aggregation aggregation;
    private final List<ArraySpec> specs;
    private final List<Path> updates;
    private final double[] weights;

    /**
     * A round of changes.
     *
     * @param version the round's version, whose arrays are float32 or float64
     * @param updates one file a site, each as long as the model
     */
    StrategyReplay(Aggregation aggregation, ModelVersion version, List<Path> updates) {
        this.aggregation = aggregation;
        this.specs = version.specs();
        this.updates = updates;
        this.weights = version.inputs().stream()
                .mapToDouble(ModelVersion.Input::weight)
                .toArray();
    }

    /**
     * What a round comes to.
     *
     * @param arrays of the next model
     * @param state digests of m and v, where the strategy keeps them
     */
    record Result(Digest arrays, List<ModelVersion.State> state) {}

    /** Names of what a strategy keeps. */
    static List<String> kept(Aggregation aggregation) {
        return switch (aggregation.strategy()) {
            case "fedavgm" -> List.of("m");
            case "fedadagrad", "fedadam", "fedyogi" -> List.of("m", "v");
            default -> List.of();
        };
    }

    /**
     * Recomputes the round.
     *
     * @param base the model before
     * @param state what was kept of the round before, in the order of {@link #kept}; empty in the first round
     */
    Result from(Path base, List<Path> state) throws IOException {
        ToDoubleFunction<double[]> centre = centre();
        List<String> names = kept(aggregation);
        MessageDigest arrays = Digest.sha256();
        List<MessageDigest> digests = new ArrayList<>();
        names.forEach(name -> digests.add(Digest.sha256()));
        List<DataInputStream> old = new ArrayList<>();
        try (DataInputStream start = Replay.open(base)) {
            for (Path kept : state) {
                old.add(Replay.open(kept));
            }
            double[] numbers = new double[2];
            ByteBuffer word = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            columns((single, column) -> {
                double before = Replay.next(start, single);
                for (int i = 0; i < names.size(); i++) {
                    numbers[i] = old.isEmpty() ? first(names.get(i)) : Replay.next(old.get(i), false);
                }
                double next = before + step(centre.applyAsDouble(column), numbers);
                word.clear();
                Replay.put(word, next, single);
                arrays.update(word.array(), 0, word.position());
                for (int i = 0; i < names.size(); i++) {
                    word.clear();
                    word.putDouble(numbers[i]);
                    digests.get(i).update(word.array());
                }
            });
        } finally {
            close(old);
        }
        List<ModelVersion.State> left = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            left.add(new ModelVersion.State(
                    names.get(i), Digest.ofRaw(digests.get(i).digest())));
        }
        return new Result(Digest.ofRaw(arrays.digest()), left);
    }

    private double first(String name) {
        if ("m".equals(name)) {
            return 0;
        }
        double tau = aggregation instanceof Aggregation.FedAdagrad adagrad
                ? adagrad.tau()
                : aggregation instanceof Aggregation.FedAdam adam
                        ? adam.tau()
                        : ((Aggregation.FedYogi) aggregation).tau();
        return tau * tau;
    }

    /** What is added to the model before; m and v are in {@code kept}, and go on there. */
    private double step(double change, double[] kept) {
        if (aggregation instanceof Aggregation.FedSgd sgd) {
            return sgd.serverLearningRate() * change;
        }
        if (aggregation instanceof Aggregation.FedAvgM momentum) {
            kept[0] = momentum.momentum() * kept[0] + change;
            return momentum.serverLearningRate() * kept[0];
        }
        double squared = change * change;
        if (aggregation instanceof Aggregation.FedAdagrad adagrad) {
            kept[1] = kept[1] + squared;
            return adaptive(adagrad.serverLearningRate(), adagrad.beta1(), adagrad.tau(), change, kept);
        }
        if (aggregation instanceof Aggregation.FedAdam adam) {
            kept[1] = adam.beta2() * kept[1] + (1 - adam.beta2()) * squared;
            return adaptive(adam.serverLearningRate(), adam.beta1(), adam.tau(), change, kept);
        }
        if (aggregation instanceof Aggregation.FedYogi yogi) {
            kept[1] = kept[1] - (1 - yogi.beta2()) * squared * Math.signum(kept[1] - squared);
            return adaptive(yogi.serverLearningRate(), yogi.beta1(), yogi.tau(), change, kept);
        }
        return change;
    }

    private static double adaptive(double rate, double beta1, double tau, double change, double[] kept) {
        kept[0] = beta1 * kept[0] + (1 - beta1) * change;
        return rate * kept[0] / (Math.sqrt(kept[1]) + tau);
    }

    private ToDoubleFunction<double[]> centre() throws IOException {
        int n = updates.size();
        if (aggregation instanceof Aggregation.FedMedian) {
            return column -> middle(column, (n - 1) / 2);
        }
        if (aggregation instanceof Aggregation.FedTrimmedAvg trimmed) {
            return column -> middle(column, trimmed.trim());
        }
        if (aggregation instanceof Aggregation.Krum krum) {
            return mean(best(krum.byzantine(), 1));
        }
        if (aggregation instanceof Aggregation.MultiKrum krum) {
            return mean(best(krum.byzantine(), krum.selected()));
        }
        if (aggregation instanceof Aggregation.GeometricMedian median) {
            double[] factors = weiszfeld(median);
            return column -> dot(factors, column);
        }
        return mean(weights);
    }

    /** The mean without so many at each end. */
    private static double middle(double[] column, int cut) {
        double[] sorted = column.clone();
        Arrays.sort(sorted);
        double sum = 0;
        for (int place = cut; place < sorted.length - cut; place++) {
            sum += sorted[place];
        }
        return sum / (sorted.length - 2 * cut);
    }

    private static ToDoubleFunction<double[]> mean(double[] counts) {
        double total = 0;
        for (double count : counts) {
            total += count;
        }
        double all = total;
        return column -> dot(counts, column) / all;
    }

    private static double dot(double[] factors, double[] column) {
        double sum = 0;
        for (int site = 0; site < column.length; site++) {
            sum += factors[site] * column[site];
        }
        return sum;
    }

    /** 1 for each of the updates that Krum scores best, 0 for the others. */
    private double[] best(int byzantine, int selected) throws IOException {
        int n = updates.size();
        double[][] squared = new double[n][n];
        columns((single, column) -> {
            for (int i = 1; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    double apart = column[i] - column[j];
                    squared[i][j] += apart * apart;
                }
            }
        });
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            double[] others = new double[n];
            for (int j = 0; j < n; j++) {
                others[j] = j < i ? squared[i][j] : squared[j][i];
            }
            others[i] = Double.POSITIVE_INFINITY;
            Arrays.sort(others);
            for (int place = 0; place < n - byzantine - 2; place++) {
                scores[i] += others[place];
            }
        }
        double[] chosen = new double[n];
        for (int taken = 0; taken < selected; taken++) {
            int best = -1;
            for (int i = 0; i < n; i++) {
                if (chosen[i] == 0 && (best < 0 || scores[i] < scores[best])) {
                    best = i;
                }
            }
            chosen[best] = 1;
        }
        return chosen;
    }

    private double[] weiszfeld(Aggregation.GeometricMedian constants) throws IOException {
        double[] factors = new double[updates.size()];
        Arrays.fill(factors, 1.0 / factors.length);
        double[] distances = distances(factors);
        double objective = mean(distances, distances.length);
        for (int left = constants.iterations(); left > 0; left--) {
            double total = 0;
            for (int i = 0; i < factors.length; i++) {
                factors[i] = 1 / Math.max(constants.smoothing(), distances[i]);
                total += factors[i];
            }
            for (int i = 0; i < factors.length; i++) {
                factors[i] /= total;
            }
            distances = distances(factors);
            double now = mean(distances, distances.length);
            if (Math.abs(objective - now) <= constants.tolerance() * now) {
                break;
            }
            objective = now;
        }
        return factors;
    }

    private double[] distances(double[] factors) throws IOException {
        double[] squared = new double[factors.length];
        columns((single, column) -> {
            double point = dot(factors, column);
            for (int i = 0; i < column.length; i++) {
                double apart = column[i] - point;
                squared[i] += apart * apart;
            }
        });
        return Arrays.stream(squared).map(Math::sqrt).toArray();
    }

    private static double mean(double[] values, int count) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / count;
    }

    private interface Look {
        void at(boolean single, double[] column) throws IOException;
    }

    /** One pass over all updates. */
    private void columns(Look look) throws IOException {
        List<DataInputStream> sites = new ArrayList<>();
        try {
            for (Path update : updates) {
                sites.add(Replay.open(update));
            }
            double[] column = new double[updates.size()];
            for (ArraySpec spec : specs) {
                boolean single = "float32".equals(spec.dtype());
                for (long e = 0; e < spec.elements(); e++) {
                    for (int site = 0; site < column.length; site++) {
                        column[site] = Replay.next(sites.get(site), single);
                    }
                    look.at(single, column);
                }
            }
        } finally {
            close(sites);
        }
    }

    private static void close(List<DataInputStream> streams) throws IOException {
        for (DataInputStream stream : streams) {
            stream.close();
        }
    }
}
