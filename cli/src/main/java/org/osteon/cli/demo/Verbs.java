package org.osteon.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.osteon.cli.Osteon;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;

/** Runs the public verbs as a person would type them, inside this process, and reads their {@code --json} answer. */
final class Verbs {
    private final List<String> spoken = new ArrayList<>();

    /**
     * What a verb answered.
     *
     * @param exit its exit code
     * @param json its last line, an empty object where there is none
     * @param error what it wrote to standard error
     */
    record Answer(int exit, JsonNode json, String error) {}

    /** Runs a verb that must be done. */
    JsonNode done(String... arguments) {
        Answer answer = run(arguments);
        if (answer.exit() != ExitCode.DONE.code()) {
            throw new CliException(
                    ExitCode.TRY_AGAIN,
                    "error.demo.verb",
                    String.join(" ", arguments),
                    Integer.toString(answer.exit()),
                    answer.error().strip());
        }
        return answer.json();
    }

    /** Runs a verb, whatever its exit code. */
    Answer run(String... arguments) {
        spoken.add(String.join(" ", arguments));
        String[] all = new String[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--json";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        int exit;
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            exit = Osteon.run(all);
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
        List<String> lines = out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("{"))
                .toList();
        JsonNode json = lines.isEmpty()
                ? JsonNodeFactory.instance.objectNode()
                : CanonicalJson.readTree(lines.get(lines.size() - 1).getBytes(StandardCharsets.UTF_8));
        return new Answer(exit, json, err.toString(StandardCharsets.UTF_8));
    }

    /** Every verb run so far, as it would be typed. */
    List<String> spoken() {
        return List.copyOf(spoken);
    }
}
