package org.osteon.trials.hostile;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What became of each input: whether it reached a handler, by what only a handler answers, and whether the answer was
 * an orderly one.
 */
public final class Tally {
    private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]{2,63}(: .*)?", Pattern.DOTALL);
    private static final Pattern INSIDE =
            Pattern.compile("Exception|java\\.|javax\\.|org\\.|com\\.|io\\.grpc|\\tat |Application error|null");
    private static final int MOST_FINDINGS = 200;

    /** What is answered before a handler is reached. */
    private static final Set<String> BEFORE_A_HANDLER = Set.of(
            "CALL_UNSIGNED",
            "CALL_TIME_MALFORMED",
            "CALL_TIME_OUTSIDE_WINDOW",
            "CALLER_UNKNOWN",
            "CALL_SIGNATURE_INVALID",
            "CALL_REPLAYED",
            "REQUEST_MALFORMED",
            "REQUEST_MISSING",
            "ROLE_MISSING",
            "NODE_HEADERS_MISSING",
            "NODE_UNKNOWN",
            "NODE_SIGNATURE_INVALID",
            "NODE_TIMESTAMP_OUTSIDE_WINDOW",
            "NODE_TIMESTAMP_USED",
            "TIMESTAMP_MALFORMED");

    private final Map<String, Integer> sent = new TreeMap<>();
    private final Map<String, Integer> reached = new TreeMap<>();
    private final Map<String, Integer> answers = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();
    private int inputs;
    private int inputsAtHandlers;

    /** The answer to one request. */
    public synchronized void answered(int input, String handler, Status status) {
        sent.merge(handler, 1, Integer::sum);
        String description = Objects.requireNonNullElse(status.getDescription(), "");
        String code = description.replaceFirst("(?s):.*", "");
        answers.merge(status.getCode() + " " + brief(code), 1, Integer::sum);
        boolean orderly = status.isOk() || CODE.matcher(description).matches() || byTheTransport(status);
        boolean leaks = !byTheTransport(status) && INSIDE.matcher(description).find();
        if (!orderly || leaks || status.getCode() == Status.Code.UNKNOWN || code.equals("TRY_AGAIN")) {
            finding(input, handler + " answered " + status.getCode() + " " + description);
        }
        if (status.isOk() || CODE.matcher(description).matches() && !BEFORE_A_HANDLER.contains(code)) {
            reached.merge(handler, 1, Integer::sum);
            inputsAtHandlers++;
        }
        inputs++;
    }

    /** An input that is no request, and how it ended. */
    public synchronized void noise(String kind, String end) {
        inputs++;
        answers.merge("noise: " + kind + " → " + end, 1, Integer::sum);
    }

    /** Something that must not be. */
    public synchronized void finding(int input, String what) {
        if (findings.size() < MOST_FINDINGS) {
            findings.add("input " + input + ": " + (what.length() > 400 ? what.substring(0, 400) + "…" : what));
        }
    }

    /** What gRPC itself says about a request that it cannot read. */
    private static boolean byTheTransport(Status status) {
        String description = Objects.requireNonNullElse(status.getDescription(), "");
        return switch (status.getCode()) {
            case INTERNAL, INVALID_ARGUMENT -> description.startsWith("Invalid protobuf byte sequence");
            case RESOURCE_EXHAUSTED -> description.contains("exceeds maximum size");
            case UNIMPLEMENTED -> description.startsWith("Method not found");
            default -> false;
        };
    }

    /** Inputs so far. */
    public synchronized int inputs() {
        return inputs;
    }

    /** Those of them that reached a handler. */
    public synchronized int reached() {
        return inputsAtHandlers;
    }

    /** How many reached this handler. */
    public synchronized int reached(String handler) {
        return reached.getOrDefault(handler, 0);
    }

    /** What must not be. */
    public synchronized List<String> findings() {
        return List.copyOf(findings);
    }

    /** The table for people. */
    public synchronized String table() {
        StringBuilder text = new StringBuilder("%-44s %8s %8s%n".formatted("handler", "sent", "reached"));
        sent.forEach((handler, count) ->
                text.append("%-44s %8d %8d%n".formatted(handler, count, reached.getOrDefault(handler, 0))));
        text.append("%-44s %8d %8d%n".formatted("all inputs", inputs, inputsAtHandlers));
        answers.forEach((answer, count) -> text.append("  %6d  %s%n".formatted(count, answer)));
        return text.toString();
    }

    private static String brief(String code) {
        return code.length() > 60 ? code.substring(0, 60) + "…" : code;
    }
}
