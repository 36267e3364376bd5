package org.osteon.cli.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.cli.hub.HubVerb;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.ModelRef;
import org.osteon.protocol.v1.RunConformanceRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon conformance …}: suites and reports. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description = "Conformance suites: run, report.",
        footer = {"", "Example:  osteon conformance run 1a2b3c4d --declaration limits.json --hub hub"},
        subcommands = {ConformanceVerbs.Run.class, ConformanceVerbs.Report.class})
public final class ConformanceVerbs {

    /** As the report judges itself: a check passed, and every other one did too or does not apply. */
    private static boolean passed(JsonNode verdicts) {
        boolean any = false;
        for (JsonNode verdict : verdicts) {
            any |= "PASS".equals(verdict.asText());
            if (!"PASS".equals(verdict.asText()) && !"NOT_APPLICABLE".equals(verdict.asText())) {
                return false;
            }
        }
        return any;
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Run the study's suites on a model against declared limits.",
            footer = "Example:  osteon conformance run 1a2b3c4d --declaration limits.json --hub hub")
    static final class Run extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Option(
                names = "--declaration",
                required = true,
                paramLabel = "F",
                description = "declaration file with the limits")
        private Path declaration = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            if (!Files.isReadable(declaration)) {
                throw CliException.wrongCall("error.file.missing", declaration);
            }
            String json = hub.runConformance(RunConformanceRequest.newBuilder()
                            .setModel(model)
                            .setDeclaration(ByteString.copyFrom(Files.readAllBytes(declaration)))
                            .build())
                    .getJson();
            ObjectNode answer = (ObjectNode) CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
            String report = answer.path("report").asText();
            answer.putArray("report").add(report);
            output().answer(answer);
            return passed(answer.path("verdicts")) ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
        }
    }

    @Command(
            name = "report",
            mixinStandardHelpOptions = true,
            description = "Write a model's conformance report.",
            footer = "Example:  osteon conformance report 1a2b3c4d --out report --hub hub")
    static final class Report extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder to write into")
        private Path out = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            byte[] envelope = hub.conformanceReport(
                            ModelRef.newBuilder().setModel(model).build())
                    .getEnvelope()
                    .toByteArray();
            Files.createDirectories(out);
            Path file = out.resolve("report.json");
            Files.write(
                    file, CanonicalJson.write(CanonicalJson.readTree(envelope).path("document")));
            JsonNode report = CanonicalJson.readTree(envelope).path("document");
            Map<String, Object> verdicts = new LinkedHashMap<>();
            report.path("results")
                    .forEach(result -> verdicts.put(
                            result.path("check").asText(),
                            result.path("outcome").asText()));
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("report", List.of(file.toString()));
            view.put("verdicts", verdicts);
            output().answer(view);
            return ExitCode.DONE;
        }

        @Override
        protected String defaultRole() {
            return "regulator";
        }
    }
}
