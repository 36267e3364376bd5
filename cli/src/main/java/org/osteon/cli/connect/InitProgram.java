package org.osteon.cli.connect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;

/** {@code init}: the daemon's program makes the folder and answers in JSON; this shows the answer to a person. */
public abstract class InitProgram extends DaemonProgram {

    @Override
    protected final ExitCode run() throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(words());
        if (!words.contains("--json")) {
            words.add("--json");
        }
        Process program = new ProcessBuilder(command(words))
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = text(program.getInputStream());
        String err = text(program.getErrorStream());
        ExitCode exit = ExitCode.of(program.waitFor());
        String last = out.lines().reduce("", (before, line) -> line);
        if (!last.startsWith("{")) {
            throw CliException.told(exit, "", (out + err).strip());
        }
        JsonNode answer = CanonicalJson.readTree(last.getBytes(StandardCharsets.UTF_8));
        if (exit != ExitCode.DONE) {
            throw CliException.told(
                    exit, answer.path("code").asText(), answer.path("error").asText());
        }
        output().answer(answer);
        return exit;
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
}
