package org.osteon.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.conformance.check.SampleReports;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.conformance.verdict.Report;
import org.osteon.protocol.document.CanonicalJson;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The same numbers in every form and language, and each form readable by somebody else's program. */
class ReportsTest {
    private static final List<Sentences> LANGUAGES =
            List.of(Sentences.of(Locale.ENGLISH), Sentences.of(Locale.SIMPLIFIED_CHINESE));

    @TempDir
    Path folder;

    private Report passing;
    private Report mixed;

    @BeforeEach
    void reports() throws IOException {
        passing = SampleReports.passing(Files.createDirectory(folder.resolve("passing")));
        mixed = SampleReports.mixed(Files.createDirectory(folder.resolve("mixed")));
    }

    @Test
    void theReportIsReadBackAndHoldsCodesOnly() {
        for (Report report : List.of(passing, mixed)) {
            assertThat(Report.read(report.canonical())).isEqualTo(report);
            assertThat(new String(report.canonical(), StandardCharsets.UTF_8))
                    .doesNotContain("conformity", "interval", "要求");
        }
        assertThat(mixed.results().stream().map(CheckResult::outcome).distinct())
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("PASS", "FAIL", "INCONCLUSIVE");
    }

    @Test
    void pagesSayTheReportsNumbersAndSentencesInBothLanguages() throws Exception {
        for (Report report : List.of(passing, mixed)) {
            List<List<String>> numbers = new ArrayList<>();
            for (Sentences sentences : LANGUAGES) {
                String page = HtmlReport.write(report, sentences);
                Document document = parsed(page);
                String text = document.getDocumentElement().getTextContent();
                says(text, report, sentences);
                numbers.add(measured(document));
            }
            assertThat(numbers.get(0)).isEqualTo(numbers.get(1));
        }
    }

    @Test
    void pagesHaveLanguageHeadingsAndTableHeadersAndNothingFromElsewhere() throws Exception {
        for (Sentences sentences : LANGUAGES) {
            String page = HtmlReport.write(mixed, sentences);
            Document document = parsed(page);
            assertThat(document.getDocumentElement().getAttribute("lang"))
                    .isEqualTo("zh".equals(sentences.language()) ? "zh-CN" : "en");
            assertThat(document.getElementsByTagName("h1").getLength()).isEqualTo(1);
            assertThat(document.getElementsByTagName("title").getLength()).isEqualTo(1);
            assertThat(page)
                    .doesNotContain("<script", "<link", "src=", "url(", "@import")
                    .contains("@media print", "李教授 &lt;Prof &amp; Li&gt;");
            NodeList headers = document.getElementsByTagName("th");
            for (int i = 0; i < headers.getLength(); i++) {
                assertThat(headers.item(i).getAttributes().getNamedItem("scope"))
                        .isNotNull();
            }
            assertThat(document.getElementsByTagName("caption").getLength())
                    .isEqualTo(document.getElementsByTagName("table").getLength());
        }
    }

    @Test
    void pdfsSayTheReportsNumbersInBothLanguages() throws IOException {
        ReportFont font = font();
        for (Report report : List.of(passing, mixed)) {
            for (Sentences sentences : LANGUAGES) {
                String text = pdf(report, sentences, font).replaceAll("\\s+", "");
                for (CheckResult result : report.results()) {
                    assertThat(text)
                            .contains(result.check())
                            .contains(sentences.outcome(result.outcome()).replaceAll("\\s+", ""));
                    result.measured()
                            .forEach((name, value) -> assertThat(text)
                                    .as(result.check() + " " + name)
                                    .contains((sentences.measure(name) + value).replaceAll("\\s+", "")));
                    assertThat(text).contains(result.evidenceDigest().hex());
                    for (Phrase fact : result.facts()) {
                        assertThat(text).contains(sentences.say(fact).replaceAll("\\s+", ""));
                    }
                }
                assertThat(text)
                        .contains(sentences
                                .say("statement.CLAUSE_TEXTS_NOT_AVAILABLE")
                                .replaceAll("\\s+", ""));
                for (Phrase phrase : report.notAssessed()) {
                    assertThat(text).contains(sentences.say(phrase).replaceAll("\\s+", ""));
                }
            }
        }
    }

    @Test
    void thePdfEmbedsItsFontInPart() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PdfReport.write(passing, LANGUAGES.get(1), font(), out);
        assertThat(out.size()).isLessThan(1_000_000);
        try (PDDocument document = Loader.loadPDF(out.toByteArray())) {
            for (var name : document.getPage(0).getResources().getFontNames()) {
                assertThat(document.getPage(0).getResources().getFont(name).isEmbedded())
                        .isTrue();
            }
        }
    }

    @Test
    void aFontThatCannotServeIsRefusedWithThePackageThatCan() throws IOException {
        Path none = Files.write(folder.resolve("letters.ttf"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> ReportFont.of(none))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("letters.ttf")
                .hasMessageContaining(ReportFont.PACKAGE);
    }

    @Test
    void oscalIsValidByNistsSchemaAndHoldsTheSameNumbers() throws IOException {
        JsonSchema schema = schema();
        Report exact = SampleReports.exact(Files.createDirectory(folder.resolve("exact")));
        for (Report report : List.of(passing, mixed, exact)) {
            for (Sentences sentences : LANGUAGES) {
                byte[] bytes = OscalReport.write(report, sentences);
                JsonNode tree = new ObjectMapper().readTree(bytes);
                assertThat(schema.validate(tree)).as(sentences.language()).isEmpty();
                holds(tree, report);
            }
        }
    }

    @Test
    void theSchemaRefusesWhatIsNoOscal() throws IOException {
        String bytes = new String(OscalReport.write(passing, LANGUAGES.get(0)), StandardCharsets.UTF_8);
        JsonNode changed = new ObjectMapper().readTree(bytes.replace("\"satisfied\"", "\"fine\""));
        assertThat(schema().validate(changed)).isNotEmpty();
    }

    private static void holds(JsonNode tree, Report report) {
        JsonNode result = tree.path("assessment-results").path("results").path(0);
        for (CheckResult check : report.results()) {
            String id = check.check().toLowerCase(Locale.ROOT);
            JsonNode observation = named(result.path("observations"), check.check());
            JsonNode finding = named(result.path("findings"), check.check());
            boolean assessed = !check.outcome().name().startsWith("NOT_");
            assertThat(result.path("reviewed-controls").toString().contains(id)).isEqualTo(assessed);
            assertThat(finding.isMissingNode()).isEqualTo(!assessed);
            if (!assessed) {
                assertThat(result.path("remarks").asText()).contains(check.check());
                continue;
            }
            assertThat(finding.path("target").path("status").path("state").asText())
                    .isEqualTo("PASS".equals(check.outcome().name()) ? "satisfied" : "not-satisfied");
            check.measured()
                    .forEach(
                            (name, value) -> assertThat(prop(observation, name)).isEqualTo(Optional.of(value)));
            assertThat(prop(observation, "evidence-sha256"))
                    .isEqualTo(Optional.of(check.evidenceDigest().hex()));
        }
    }

    private static JsonNode named(JsonNode list, String title) {
        for (JsonNode one : list) {
            if (one.path("title").asText().equals(title)) {
                return one;
            }
        }
        return list.path("none");
    }

    private static Optional<String> prop(JsonNode node, String name) {
        for (JsonNode prop : node.path("props")) {
            if (prop.path("name").asText().equals(name)) {
                return Optional.of(prop.path("value").asText());
            }
        }
        return Optional.empty();
    }

    /**
     * NIST's schema without its inner identifiers, which only repeat where they stand and which this validator refuses.
     */
    private static JsonSchema schema() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ReportsTest.class.getResourceAsStream("/schema/json/oscal-ar_schema.json"))) {
            JsonNode tree = new ObjectMapper().readTree(in);
            tree.path("definitions").forEach(ReportsTest::withoutInnerIds);
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(tree);
        }
    }

    /** Takes {@code $id}, and an {@code id} that is no property's name, out of every schema within. */
    private static void withoutInnerIds(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            object.remove(List.of("$id", "id"));
            object.fields().forEachRemaining(field -> {
                if (field.getKey().equals("properties")) {
                    field.getValue().forEach(ReportsTest::withoutInnerIds);
                } else {
                    withoutInnerIds(field.getValue());
                }
            });
        } else {
            schema.forEach(ReportsTest::withoutInnerIds);
        }
    }

    private static void says(String text, Report report, Sentences sentences) {
        assertThat(text).contains(sentences.say("statement.CLAUSE_TEXTS_NOT_AVAILABLE"));
        for (CheckResult result : report.results()) {
            assertThat(text)
                    .contains(
                            sentences.say("requirement." + result.check()),
                            sentences.say("method." + result.check()),
                            sentences.say(result.limit()),
                            sentences.outcome(result.outcome()),
                            result.evidenceDigest().hex());
            result.facts().forEach(fact -> assertThat(text).contains(sentences.say(fact)));
            result.measured().forEach((name, value) -> assertThat(text).contains(sentences.measure(name) + value));
        }
        report.notAssessed().forEach(phrase -> assertThat(text).contains(sentences.say(phrase)));
        assertThat(text).contains(report.model().hex(), report.study().hex());
        assertThat(Pattern.compile("\\{[A-Za-z]+}")
                        .matcher(text.replaceAll("(?s)body \\{.*?@media print.*?}\\s*}", ""))
                        .find())
                .isFalse();
    }

    /** Every value of the tables of measured values, in order. */
    private static List<String> measured(Document document) {
        List<String> values = new ArrayList<>();
        NodeList cells = document.getElementsByTagName("td");
        for (int i = 0; i < cells.getLength(); i++) {
            String text = cells.item(i).getTextContent();
            if (text.matches("-?[0-9][0-9.,Ee-]*|[0-9a-f]{64}")) {
                values.add(text);
            }
        }
        return values;
    }

    private static Document parsed(String page) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
    }

    private static String pdf(Report report, Sentences sentences, ReportFont font) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PdfReport.write(report, sentences, font, out);
        try (PDDocument document = Loader.loadPDF(out.toByteArray())) {
            return new PDFTextStripper().getText(document);
        }
    }

    /** Skipped visibly without a font; a failure where {@code -Dosteon.require} names {@code font}. */
    private static ReportFont font() {
        try {
            return ReportFont.find();
        } catch (ReportException e) {
            if (List.of(System.getProperty("osteon.require", "").split(",")).contains("font")) {
                throw e;
            }
            Assumptions.abort(e.getMessage());
            throw e;
        }
    }

    @Test
    void aReportIsCanonicalJson() {
        assertThat(CanonicalJson.write(CanonicalJson.readTree(passing.canonical())))
                .isEqualTo(passing.canonical());
    }
}
