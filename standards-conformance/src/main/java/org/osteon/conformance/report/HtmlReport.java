package org.osteon.conformance.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.conformance.verdict.Report;
import org.osteon.protocol.sign.Signature;

/** A report as one self-contained page without script, well-formed as XML, readable printed. */
public final class HtmlReport {
    private static final String STYLE = """
            body { font-family: FAMILY; color: #1a1a1a; max-width: 60em; margin: 2em auto; padding: 0 1em; line-height: 1.45; }
            h1 { font-size: 1.6em; } h2 { font-size: 1.2em; margin: 1.6em 0 0.4em 0; page-break-after: avoid; }
            table { border-collapse: collapse; width: 100%; margin: 0.5em 0; }
            caption { text-align: left; font-weight: bold; padding: 0.2em 0; }
            th, td { border: 1px solid #767676; padding: 0.3em 0.5em; text-align: left; vertical-align: top; }
            th { background: #eeeeee; } tr { page-break-inside: avoid; }
            td.code { font-size: 0.85em; word-wrap: break-word; overflow-wrap: anywhere; }
            p.statement { border: 2px solid #1a1a1a; padding: 0.6em; font-weight: bold; }
            .PASS { color: #0b5a1e; font-weight: bold; } .FAIL { color: #9b1111; font-weight: bold; }
            .INCONCLUSIVE { color: #6b4a00; font-weight: bold; }
            @page { size: A4; margin: 18mm 15mm; }
            @media print { body { max-width: none; margin: 0; padding: 0; } }
            """;

    private final Report report;
    private final Sentences sentences;
    private final StringBuilder out = new StringBuilder();

    private HtmlReport(Report report, Sentences sentences) {
        this.report = report;
        this.sentences = sentences;
    }

    /** The page in the language of the sentences. */
    public static String write(Report report, Sentences sentences) {
        return new HtmlReport(report, sentences).page("system-ui, sans-serif");
    }

    /** The page with one font family for everything, as the PDF is made of it. */
    static String write(Report report, Sentences sentences, String family) {
        return new HtmlReport(report, sentences).page(family);
    }

    private String page(String family) {
        String lang = "zh".equals(sentences.language()) ? "zh-CN" : "en";
        String title = sentences.say("heading.title");
        out.append("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"")
                .append(lang)
                .append("\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        // A description is what PDF/UA asks for.
        out.append("<meta name=\"description\" content=\"")
                .append(escaped(title))
                .append("\"/>\n<title>")
                .append(escaped(title + " " + report.model().brief()))
                .append("</title>\n<style>\n")
                .append(STYLE.replace("FAMILY", family))
                .append("</style>\n</head>\n<body>\n<main>\n");
        element("h1", title);
        out.append("<p class=\"statement\">")
                .append(escaped(sentences.say("statement." + report.statement())))
                .append("</p>\n");
        subject();
        overview();
        report.results().forEach(this::result);
        notAssessed();
        element("h2", sentences.say("heading.rule"));
        element("p", sentences.say("rule.decision"));
        return out.append("</main>\n</body>\n</html>\n").toString();
    }

    private void subject() {
        table("heading.subject");
        row("heading.federation", report.federation());
        row("heading.study", report.study().hex());
        row("heading.model", report.model().hex());
        row("heading.declaration", report.declaration().digest().hex());
        row("heading.declaredBy", report.declaration().document().declaredBy());
        row(
                "heading.key",
                report.declaration().signatures().stream().map(Signature::keyId).collect(Collectors.joining(", ")));
        row("heading.made", report.made().toString());
        row("heading.software", report.software());
        out.append("</tbody></table>\n");
    }

    private void overview() {
        element("h2", sentences.say("heading.overview"));
        table("heading.overview", List.of("heading.check", "heading.requirement", "heading.outcome"));
        for (CheckResult result : report.results()) {
            out.append("<tr><th scope=\"row\">").append(escaped(result.check())).append("</th>");
            cell(sentences.of(result.requirement()));
            out.append("<td class=\"")
                    .append(result.outcome())
                    .append("\">")
                    .append(escaped(sentences.outcome(result.outcome())))
                    .append("</td></tr>\n");
        }
        out.append("</tbody></table>\n");
    }

    private void result(CheckResult result) {
        element("h2", result.check() + " – " + sentences.of(result.requirement()));
        table("heading.check", result.check());
        row("heading.requirement", sentences.of(result.requirement()));
        row("heading.method", sentences.of(result.method()));
        row("heading.limit", sentences.say(result.limit()));
        out.append("<tr><th scope=\"row\">")
                .append(escaped(sentences.say("heading.outcome")))
                .append("</th><td class=\"")
                .append(result.outcome())
                .append("\">")
                .append(escaped(sentences.outcome(result.outcome())))
                .append("</td></tr>\n");
        for (Phrase fact : result.facts()) {
            row("heading.fact", sentences.say(fact));
        }
        row("heading.evidence", Integer.toString(result.evidence().size()));
        row("heading.evidenceDigest", result.evidenceDigest().hex());
        out.append("</tbody></table>\n");
        if (!result.measured().isEmpty()) {
            out.append("<table><caption>")
                    .append(escaped(sentences.say("heading.measured") + " – " + result.check()))
                    .append("</caption>");
            header(List.of("heading.name", "heading.value"));
            for (Map.Entry<String, String> measure : result.measured().entrySet()) {
                out.append("<tr><th scope=\"row\">")
                        .append(escaped(sentences.measure(measure.getKey())))
                        .append("</th>");
                cell(measure.getValue());
                out.append("</tr>\n");
            }
            out.append("</tbody></table>\n");
        }
    }

    private void notAssessed() {
        element("h2", sentences.say("heading.notAssessed"));
        out.append("<ul>\n");
        report.notAssessed().forEach(phrase -> element("li", sentences.say(phrase)));
        out.append("</ul>\n");
    }

    private void table(String caption) {
        out.append("<table><caption>").append(escaped(sentences.say(caption))).append("</caption>");
        header(List.of("heading.name", "heading.value"));
    }

    private void table(String caption, String more) {
        out.append("<table><caption>")
                .append(escaped(sentences.say(caption) + " " + more))
                .append("</caption>");
        header(List.of("heading.name", "heading.value"));
    }

    private void table(String caption, List<String> columns) {
        out.append("<table><caption>").append(escaped(sentences.say(caption))).append("</caption>");
        header(columns);
    }

    private void header(List<String> columns) {
        out.append("<thead><tr>");
        columns.forEach(column -> out.append("<th scope=\"col\">")
                .append(escaped(sentences.say(column)))
                .append("</th>"));
        out.append("</tr></thead><tbody>\n");
    }

    private void row(String heading, String value) {
        out.append("<tr><th scope=\"row\">")
                .append(escaped(sentences.say(heading)))
                .append("</th>");
        cell(value);
        out.append("</tr>\n");
    }

    private void cell(String value) {
        out.append(value.matches("[0-9a-f]{64}") ? "<td class=\"code\">" : "<td>")
                .append(escaped(value.isEmpty() ? sentences.say("heading.nothing") : value))
                .append("</td>");
    }

    private void element(String name, String text) {
        out.append('<')
                .append(name)
                .append('>')
                .append(escaped(text))
                .append("</")
                .append(name)
                .append(">\n");
    }

    /** Text as HTML and XML take it; what neither can carry becomes U+FFFD. */
    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> {
                    boolean control = c < 0x20 && c != '\n' && c != '\t';
                    boolean none = c >= 0xD800 && c <= 0xDFFF || c == 0xFFFE || c == 0xFFFF;
                    safe.appendCodePoint(control || none ? 0xFFFD : c);
                }
            }
        });
        return safe.toString();
    }
}
