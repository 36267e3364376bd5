package org.osteon.cli.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osteon.cli.connect.Passphrase;
import org.osteon.cli.hub.HubVerb;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Verb;
import org.osteon.conformance.check.Tables;
import org.osteon.conformance.report.HtmlReport;
import org.osteon.conformance.report.OscalReport;
import org.osteon.conformance.report.PdfReport;
import org.osteon.conformance.report.ReportException;
import org.osteon.conformance.report.ReportFont;
import org.osteon.conformance.report.Sentences;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Report;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.EvidenceTable;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.ModelRef;
import org.osteon.protocol.v1.RunConformanceRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon conformance …}: suites and reports. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description = "Conformance suites: declare limits, make tables of evidence, run, report.",
        footer = {"", "Example:  osteon conformance run 1a2b3c4d --declaration signed.json --evidence tables --hub hub"
        },
        subcommands = {
            ConformanceVerbs.Declare.class,
            ConformanceVerbs.Run.class,
            ConformanceVerbs.WriteReport.class,
            EvidenceTables.Predict.class,
            EvidenceTables.SplitTable.class,
            EvidenceTables.HeaderTable.class
        })
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
            name = "declare",
            mixinStandardHelpOptions = true,
            description = "Sign a file of limits with the declarer's key.",
            footer = "Example:  osteon conformance declare limits.json --key li.key --out signed.json")
    static final class Declare extends Verb {
        @Parameters(paramLabel = "F", description = "file with federation, declaredBy and limits by check")
        private Path file = Path.of("");

        @Option(names = "--key", required = true, paramLabel = "K", description = "the declarer's encrypted key file")
        private Path key = Path.of("");

        @Option(names = "--out", required = true, paramLabel = "SIGNED", description = "file to write")
        private Path out = Path.of("");

        @Mixin
        private final Passphrase passphrase = new Passphrase();

        @Override
        protected ExitCode run() throws IOException {
            readable(file);
            readable(key);
            Declaration declaration = Declaration.read(Files.readAllBytes(file));
            char[] typed = passphrase.read(output().messages().say("prompt.passphrase", key.getFileName()));
            try {
                SigningKey signing = KeyFile.readEncrypted(key, typed);
                Files.write(out, SignedDocument.sign(declaration, signing).bytes());
                Map<String, Object> view = new LinkedHashMap<>();
                view.put("file", out.toString());
                view.put("digest", declaration.digest().hex());
                view.put("by", declaration.declaredBy());
                view.put("keyId", signing.publicKey().keyId());
                output().answer(view);
                return ExitCode.DONE;
            } finally {
                Arrays.fill(typed, '\0');
            }
        }
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Run the study's suites on a model against declared limits.",
            footer = "Example:  osteon conformance run 1a2b3c4d --declaration signed.json --evidence tables --hub hub")
    static final class Run extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Option(
                names = "--declaration",
                required = true,
                paramLabel = "F",
                description = "signed declaration with the limits")
        private Path declaration = Path.of("");

        @Option(
                names = "--evidence",
                paramLabel = "DIR",
                description = "folder with tables of evidence: phantom.csv, predictions.csv, splits.csv, headers.csv")
        private Path evidence = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            readable(declaration);
            RunConformanceRequest.Builder request = RunConformanceRequest.newBuilder()
                    .setModel(model)
                    .setDeclaration(ByteString.copyFrom(Files.readAllBytes(declaration)));
            if (!evidence.toString().isEmpty()) {
                if (!Files.isDirectory(evidence)) {
                    throw CliException.wrongCall("error.folder.missing", evidence);
                }
                for (String name : Tables.NAMES) {
                    Path table = evidence.resolve(name);
                    if (Files.isRegularFile(table)) {
                        request.addTables(EvidenceTable.newBuilder()
                                .setName(name)
                                .setContent(ByteString.copyFrom(Files.readAllBytes(table))));
                    }
                }
            }
            String json = hub.runConformance(request.build()).getJson();
            ObjectNode answer = (ObjectNode) CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
            String report = answer.path("report").asText();
            answer.putArray("report").add(report);
            if (!output().json()) {
                sentences(answer, Sentences.of(output().locale()));
            }
            output().answer(answer);
            return passed(answer.path("verdicts")) ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
        }

        /** Codes and values become sentences for a person. */
        private static void sentences(ObjectNode answer, Sentences sentences) {
            ArrayNode results = (ArrayNode) answer.path("results");
            for (int i = 0; i < results.size(); i++) {
                CheckResult result = CanonicalJson.bind(results.get(i), CheckResult.class);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("check", result.check());
                row.put("requirement", sentences.of(result.requirement()));
                row.put("outcome", result.outcome().name());
                row.put("limit", sentences.say(result.limit()));
                row.put(
                        "fact",
                        result.facts().isEmpty()
                                ? ""
                                : sentences.say(result.facts().get(0)));
                results.set(i, CanonicalJson.tree(row));
            }
            answer.put(
                    "statement",
                    sentences.say("statement." + answer.path("statement").asText()));
        }
    }

    @Command(
            name = "report",
            mixinStandardHelpOptions = true,
            description = "Write a model's conformance report as JSON, OSCAL, and HTML and PDF in both languages.",
            footer = "Example:  osteon conformance report 1a2b3c4d --out report --hub hub")
    static final class WriteReport extends HubVerb {
        @Parameters(paramLabel = "M", description = "model digest, or its first digits")
        private String model = "";

        @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder to write into")
        private Path out = Path.of("");

        @Option(
                names = "--font",
                paramLabel = "F",
                description = "TrueType font with Chinese letters for the PDF (default: one of this system)")
        private Path font = Path.of("");

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws Exception {
            byte[] envelope = hub.conformanceReport(
                            ModelRef.newBuilder().setModel(model).build())
                    .getEnvelope()
                    .toByteArray();
            byte[] document =
                    CanonicalJson.write(CanonicalJson.readTree(envelope).path("document"));
            Report report = Report.read(document);
            Files.createDirectories(out);
            List<String> files = new ArrayList<>();
            write(files, "report.json", document);
            write(files, "oscal.json", OscalReport.write(report, Sentences.of(output().locale())));
            List<Sentences> languages = List.of(Sentences.of(Locale.SIMPLIFIED_CHINESE), Sentences.of(Locale.ENGLISH));
            for (Sentences language : languages) {
                write(
                        files,
                        "report." + language.language() + ".html",
                        HtmlReport.write(report, language).getBytes(StandardCharsets.UTF_8));
            }
            try {
                ReportFont letters = font.toString().isEmpty() ? ReportFont.find() : ReportFont.of(font);
                for (Sentences language : languages) {
                    Path file = out.resolve("report." + language.language() + ".pdf");
                    try (OutputStream pdf = Files.newOutputStream(file)) {
                        PdfReport.write(report, language, letters, pdf);
                    }
                    files.add(file.toString());
                }
            } catch (ReportException e) {
                throw CliException.told(ExitCode.TRY_AGAIN, e.code(), String.valueOf(e.getMessage()));
            }
            Map<String, Object> verdicts = new LinkedHashMap<>();
            report.results()
                    .forEach(result ->
                            verdicts.put(result.check(), result.outcome().name()));
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("report", files);
            view.put("verdicts", verdicts);
            output().answer(view);
            return ExitCode.DONE;
        }

        private void write(List<String> files, String name, byte[] bytes) throws IOException {
            Path file = out.resolve(name);
            Files.write(file, bytes);
            files.add(file.toString());
        }

        @Override
        protected String defaultRole() {
            return "regulator";
        }
    }

    static void readable(Path file) {
        if (!Files.isReadable(file)) {
            throw CliException.wrongCall("error.file.missing", file);
        }
    }
}
