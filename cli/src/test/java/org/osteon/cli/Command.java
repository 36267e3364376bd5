package org.osteon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.osteon.protocol.document.CanonicalJson;

/**
 * What a verb did when run inside this process.
 *
 * @param exit its exit code
 * @param out its standard output
 * @param err its standard error
 */
public record Command(int exit, String out, String err) {

    /** Runs a verb. */
    public static Command run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            int exit = Osteon.run(arguments);
            return new Command(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }

    /** The last line as JSON, missing where it is none. */
    public JsonNode json() {
        List<String> lines = out.lines().toList();
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        return last.startsWith("{")
                ? CanonicalJson.readTree(last.getBytes(StandardCharsets.UTF_8))
                : MissingNode.getInstance();
    }
}
