package org.osteon.coordinator.aggregation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;

/**
 * A round's updates made into the next model by a study's {@link Aggregation}, tile by tile and in site order: the same
 * files give the same bytes at every replay. Memory is bounded ({@link Tiles#VALUES} numbers, and the distances of at
 * most {@link Aggregation#MOST_COMPARED} updates); what an optimiser keeps from round to round lies in files.
 *
 * <p>The arithmetic is stated in {@code docs/spec/aggregation.md}.
 */
public final class Strategy {
    private final Aggregation aggregation;
    private final List<ArraySpec> specs;
    private final ObjectStore store;

    /** This aggregation of models with these arrays. */
    public Strategy(Aggregation aggregation, List<ArraySpec> specs, ObjectStore store) {
        this.aggregation = aggregation;
        this.specs = List.copyOf(specs);
        this.store = store;
    }

    /**
     * What a round started from.
     *
     * @param arrays the model before
     * @param changes whether updates are changes of it, or whole values
     * @param state what the strategy kept, by name; empty in the first round
     */
    public record Before(Path arrays, boolean changes, Map<String, Path> state) {}

    /**
     * What a round came to, in drafts.
     *
     * @param arrays the next model
     * @param state what the strategy keeps, by name
     */
    public record Outcome(Combine.Result arrays, Map<String, Combine.Result> state) {}

    /**
     * Combines a round's updates.
     *
     * @throws CallException {@code TOO_FEW_UPDATES}, {@code TOO_MANY_UPDATES} or {@code MODEL_NOT_FINITE}
     */
    public Outcome combine(Before before, List<Combine.Part> parts) {
        fault(aggregation, parts.size()).ifPresent(code -> {
            throw CallException.refused(
                    code,
                    "strategy " + aggregation.strategy() + " takes " + aggregation.fewest() + " to "
                            + aggregation.most() + " updates, there are " + parts.size());
        });
        if (averages() && specs.stream().noneMatch(spec -> "int64".equals(spec.dtype()))) {
            return new Outcome(Combine.mean(specs, before.changes() ? before.arrays() : null, parts, store), Map.of());
        }
        return tiled(before, parts);
    }

    /** The same, whatever the strategy, in the one way that all share. */
    Outcome tiled(Before before, List<Combine.Part> parts) {
        List<Path> updates = parts.stream().map(Combine.Part::file).toList();
        Centre centre = centre(parts, updates);
        Optional<ServerStep> step = step();
        List<String> kept = step.map(ServerStep::state).orElse(List.of());
        List<Path> files = new ArrayList<>(updates);
        boolean based = before.changes() || step.isPresent();
        if (based) {
            files.add(before.arrays());
        }
        List<ArrayDraft> drafts = new ArrayList<>();
        int narrow = centre.takesSingles() ? parts.size() : 0;
        try (Tiles tiles = new Tiles(specs, files, narrow);
                KeptFiles state = new KeptFiles(before.state(), step, Tiles.length(files.size()))) {
            drafts.add(new ArrayDraft(store));
            kept.forEach(name -> drafts.add(new ArrayDraft(store)));
            double[] middle = new double[Tiles.length(files.size())];
            double[] added = new double[middle.length];
            tiles.each((spec, first, values, count) -> {
                double[][] only = Arrays.copyOf(values, parts.size());
                double[] base = based ? values[parts.size()] : middle;
                if (centre.takesSingles() && "float32".equals(spec.dtype())) {
                    centre.ofSingles(tiles.singles(), count, middle);
                } else {
                    centre.of(only, count, middle);
                }
                double[][] numbers = state.read(first, count);
                if (step.isPresent() && !"int64".equals(spec.dtype())) {
                    if (!before.changes()) {
                        subtract(middle, base, count);
                    }
                    step.orElseThrow().go(middle, count, numbers, added);
                    add(base, added, count);
                } else if (before.changes()) {
                    add(base, middle, count);
                } else if (based) {
                    System.arraycopy(middle, 0, base, 0, count);
                }
                drafts.get(0).write(spec.dtype(), base, count);
                for (int i = 0; i < numbers.length; i++) {
                    drafts.get(i + 1).write("float64", numbers[i], count);
                }
            });
            Map<String, Combine.Result> results = new LinkedHashMap<>();
            for (int i = 0; i < kept.size(); i++) {
                results.put(kept.get(i), drafts.get(i + 1).result());
            }
            return new Outcome(drafts.get(0).result(), results);
        } catch (RuntimeException e) {
            drafts.forEach(ArrayDraft::erase);
            throw e;
        } finally {
            drafts.forEach(ArrayDraft::close);
        }
    }

    /** Why a round with so many updates has no result by this strategy, as a code; nothing when it has. */
    public static Optional<String> fault(Aggregation aggregation, int updates) {
        return updates < aggregation.fewest()
                ? Optional.of("TOO_FEW_UPDATES")
                : updates > aggregation.most() ? Optional.of("TOO_MANY_UPDATES") : Optional.empty();
    }

    private boolean averages() {
        return aggregation instanceof Aggregation.FedAvg || aggregation instanceof Aggregation.FedProx;
    }

    private Centre centre(List<Combine.Part> parts, List<Path> updates) {
        int n = parts.size();
        if (aggregation instanceof Aggregation.FedMedian) {
            return Centre.ordered(n, (n - 1) / 2, 2 - n % 2);
        }
        if (aggregation instanceof Aggregation.FedTrimmedAvg trimmed) {
            return Centre.ordered(n, trimmed.trim(), n - 2 * trimmed.trim());
        }
        if (aggregation instanceof Aggregation.GeometricMedian median) {
            return Centre.blend(Distances.weiszfeld(specs, updates, median));
        }
        if (aggregation instanceof Aggregation.Krum krum) {
            return chosen(n, Distances.krum(specs, updates, krum.byzantine(), 1));
        }
        if (aggregation instanceof Aggregation.MultiKrum krum) {
            return chosen(n, Distances.krum(specs, updates, krum.byzantine(), krum.selected()));
        }
        return Centre.mean(parts.stream().mapToDouble(Combine.Part::weight).toArray());
    }

    private static Centre chosen(int sites, int[] places) {
        double[] weights = new double[sites];
        for (int place : places) {
            weights[place] = 1;
        }
        return Centre.mean(weights);
    }

    private Optional<ServerStep> step() {
        if (aggregation instanceof Aggregation.FedSgd constants) {
            return Optional.of(ServerStep.of(constants));
        }
        if (aggregation instanceof Aggregation.FedAvgM constants) {
            return Optional.of(ServerStep.of(constants));
        }
        if (aggregation instanceof Aggregation.FedAdagrad constants) {
            return Optional.of(ServerStep.of(constants));
        }
        if (aggregation instanceof Aggregation.FedAdam constants) {
            return Optional.of(ServerStep.of(constants));
        }
        return aggregation instanceof Aggregation.FedYogi constants
                ? Optional.of(ServerStep.of(constants))
                : Optional.empty();
    }

    private static void subtract(double[] values, double[] base, int count) {
        for (int e = 0; e < count; e++) {
            values[e] -= base[e];
        }
    }

    private static void add(double[] base, double[] values, int count) {
        for (int e = 0; e < count; e++) {
            base[e] += values[e];
        }
    }
}
