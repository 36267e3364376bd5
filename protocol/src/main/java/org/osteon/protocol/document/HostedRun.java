package org.osteon.protocol.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a run of somebody else's Flower app asks of a site, derived by the site itself from what the SuperLink hands
 * out: the bundle, its whole configuration, what it may be asked and what may leave. The officer decides about exactly
 * this; another bundle, another setting, another array is another document. What leaves is no noised release and is
 * never called private.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the site's federation
 * @param site the site that derived it
 * @param server host and port of the SuperLink
 * @param app publisher and name, as the bundle states them
 * @param version version, as the bundle states it
 * @param fab SHA-256 of the app bundle
 * @param config the run's whole configuration, the app's defaults included, by key
 * @param messageTypes Flower message types that an officer may approve, each by what its reply carries: {@code train}
 *     and {@code evaluate}, or a query or custom action by itself
 * @param rounds messages of each type that are answered at most, over all runs of this document
 * @param arrays the arrays that a reply to a training carries, in order: those that the message brings; empty when no
 *     type of this document is one
 * @param metrics names of the single numbers that every reply carries; that to any type but a training carries no
 *     arrays, and beside these the single numbers that the officer names
 */
public record HostedRun(
        String schema,
        String federation,
        String site,
        String server,
        String app,
        String version,
        Digest fab,
        List<Setting> config,
        List<String> messageTypes,
        int rounds,
        List<ArraySpec> arrays,
        List<String> metrics)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.hosted-run/1";

    /** The message type whose reply carries arrays. */
    public static final String TRAIN = "train";

    /** The message type whose reply carries single numbers alone. */
    public static final String EVALUATE = "evaluate";

    /** The message types of a usual run, which are asked for together. */
    public static final List<String> MESSAGE_TYPES = List.of(TRAIN, EVALUATE);

    /** Most single numbers that a reply without arrays carries. */
    public static final int MOST_NUMBERS = 16;

    /** The record of a reply that its arrays travel in, as in the message. */
    public static final String ARRAY_RECORD = "arrays";

    /** The record of a reply that its metrics travel in. */
    public static final String METRIC_RECORD = "metrics";

    /** A query, or a custom action: a type, a dot and an identifier of Python in ASCII. */
    private static final Pattern BY_ITSELF =
            Pattern.compile("query|(train|evaluate|query)\\.[A-Za-z_][A-Za-z0-9_]{0,63}");

    private static final Pattern NUMBER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int MOST_SETTINGS = 1_000;
    private static final int MOST_ARRAYS = 10_000;

    /** Checks each member, and that settings stand in order, each once. */
    public HostedRun {
        Require.schema(schema, SCHEMA);
        Require.name("federation", federation);
        Require.name("site", site);
        Require.text("server", server, 300);
        Require.text("app", app, 300);
        Require.text("version", version, 100);
        config = List.copyOf(config);
        Require.size("config", config, 0, MOST_SETTINGS);
        for (int i = 1; i < config.size(); i++) {
            Require.hold(
                    config.get(i - 1).key().compareTo(config.get(i).key()) < 0,
                    "ORDER_MALFORMED",
                    "config must be in the order of its keys, each once");
        }
        messageTypes = List.copyOf(messageTypes);
        Require.size("messageTypes", messageTypes, 1, MESSAGE_TYPES.size());
        Require.hold(
                messageTypes.equals(asked(messageTypes.get(0)).orElse(List.of())),
                "VALUE_MALFORMED",
                "messageTypes must be train and evaluate, or a query or a custom action by itself");
        Require.range("rounds", rounds, 1, 100_000);
        arrays = List.copyOf(arrays);
        boolean training = messageTypes.stream().anyMatch(HostedRun::training);
        Require.size("arrays", arrays, training ? 1 : 0, training ? MOST_ARRAYS : 0);
        Require.hold(
                arrays.stream().map(ArraySpec::name).distinct().count() == arrays.size(),
                "NAME_TWICE",
                "an array is named twice");
        metrics = List.copyOf(metrics);
        Require.size("metrics", metrics, 1, 64);
        metrics.forEach(metric -> Require.text("metrics", metric, 128));
    }

    /** Reads its bytes. */
    public static HostedRun read(byte[] bytes) {
        return CanonicalJson.read(bytes, HostedRun.class);
    }

    /**
     * The types that are asked for in one document with a message of this type; empty when no app is asked such a
     * message.
     */
    public static Optional<List<String>> asked(String type) {
        if (MESSAGE_TYPES.contains(type)) {
            return Optional.of(MESSAGE_TYPES);
        }
        return BY_ITSELF.matcher(type).matches() ? Optional.of(List.of(type)) : Optional.empty();
    }

    /** Whether a reply to this type of message carries arrays: a training, or a custom action of it. */
    public static boolean training(String type) {
        return type.equals(TRAIN) || type.startsWith(TRAIN + ".");
    }

    /** The type of this document whose replies carry single numbers alone; empty when there is none. */
    public Optional<String> numbersType() {
        return messageTypes.stream().filter(type -> !training(type)).findFirst();
    }

    /** What leaves when no more than the first type is approved, as an approval lists it. */
    public List<String> releases() {
        return releases(messageTypes.subList(0, 1), List.of());
    }

    /** What leaves of a training: {@code arrays}, then each metric by name. */
    private List<String> trained() {
        List<String> releases = new ArrayList<>();
        if (!arrays.isEmpty()) {
            releases.add(ARRAY_RECORD);
            metrics.forEach(metric -> releases.add(METRIC_RECORD + "/" + metric));
        }
        return releases;
    }

    /**
     * What leaves of messages of these types, as an approval lists it.
     *
     * @param types of {@link #messageTypes}
     * @param numbers names of the single numbers that a reply without arrays may carry beside {@link #metrics}
     * @throws DocumentException when a type is not asked for, or a number is named where all replies carry arrays
     */
    public List<String> releases(List<String> types, List<String> numbers) {
        types.forEach(type -> Require.oneOf("messageTypes", type, messageTypes));
        Require.size("messageTypes", types, 1, MESSAGE_TYPES.size());
        List<String> alone = types.stream().filter(type -> !training(type)).toList();
        Require.hold(
                numbers.isEmpty() || !alone.isEmpty(),
                "VALUE_MALFORMED",
                "numbers are named, and no type among those named answers with numbers alone");
        List<String> releases = new ArrayList<>(types.stream().anyMatch(HostedRun::training) ? trained() : List.of());
        alone.forEach(type -> Stream.concat(metrics.stream(), numbers.stream())
                .distinct()
                .forEach(name -> releases.add(type + "/" + name)));
        Require.hold(
                declared(releases),
                "VALUE_MALFORMED",
                "an answer without arrays carries " + MOST_NUMBERS
                        + " numbers at most, each named with up to 64 letters,"
                        + " digits, dots, dashes and underscores");
        return List.copyOf(releases);
    }

    /** Whether these releases let an answer to this type of message leave. */
    public boolean covers(List<String> releases, String type) {
        return messageTypes.contains(type) && releases.containsAll(least(type));
    }

    /** Whether these releases are what this document can be approved with, whole types and nothing beside. */
    public boolean declared(List<String> releases) {
        List<String> numbers = numbers(releases);
        List<String> trained = trained();
        boolean training = releases.stream().anyMatch(trained::contains);
        return releases.stream().distinct().count() == releases.size()
                && releases.stream().allMatch(name -> number(name).isPresent() || trained.contains(name))
                && (!training || releases.containsAll(trained))
                && (numbers.isEmpty() || numbers.containsAll(metrics))
                && numbers.size() <= MOST_NUMBERS
                && numbers.stream().allMatch(name -> NUMBER.matcher(name).matches());
    }

    /** The single numbers that these releases let leave where no arrays do, in order. */
    public List<String> numbers(List<String> releases) {
        return releases.stream().flatMap(name -> number(name).stream()).toList();
    }

    private Optional<String> number(String release) {
        return numbersType()
                .map(type -> type + "/")
                .filter(release::startsWith)
                .map(beginning -> release.substring(beginning.length()));
    }

    private List<String> least(String type) {
        return training(type)
                ? trained()
                : metrics.stream().map(name -> type + "/" + name).toList();
    }

    /** What an officer's approval repeats as its purpose. */
    public String purpose() {
        return "Runs " + app + " " + version + ", bundle " + fab.hex() + ", for " + server
                + "; its answers leave without noise and are not private";
    }

    /**
     * One setting of a run.
     *
     * @param key its key, tables joined by dots
     * @param kind {@code text}, {@code integer}, {@code real} or {@code truth}
     * @param value the value as text: a decimal number, the shortest that gives the same double, {@code true} or
     *     {@code false}
     */
    public record Setting(String key, String kind, String value) {
        /** Refuses unknown kinds and values that are none of their kind. */
        public Setting {
            Require.text("config.key", key, 200);
            Require.hold(value.length() <= 4000, "TEXT_MALFORMED", "config.value is longer than 4000 characters");
            boolean fits = switch (kind) {
                case "text" -> true;
                case "integer" -> value.matches("-?(0|[1-9][0-9]{0,19})");
                case "real" -> real(value);
                case "truth" -> value.equals("true") || value.equals("false");
                default -> false;
            };
            Require.hold(fits, "VALUE_MALFORMED", "config " + key + " is no " + kind);
        }

        private static boolean real(String value) {
            try {
                return Double.toString(Double.parseDouble(value)).equals(value);
            } catch (NumberFormatException e) {
                return false;
            }
        }
    }
}
