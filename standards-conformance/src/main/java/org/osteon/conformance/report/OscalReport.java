package org.osteon.conformance.report;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Report;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;

/**
 * A report as OSCAL 1.1.3 assessment results. OSCAL knows two states: what passed is satisfied; what failed or is
 * inconclusive is not, with the verdict as reason; what does not apply or was not assessed is left out of the reviewed
 * controls and named in the remarks, never satisfied.
 */
public final class OscalReport {
    private static final String NAMESPACE = "urn:osteon:conformance";

    private OscalReport() {}

    /** The JSON, its sentences in the given language; the same report gives the same bytes. */
    public static byte[] write(Report report, Sentences sentences) {
        Digest identity = report.digest();
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put(
                "title", sentences.say("heading.title") + " " + report.model().brief());
        metadata.put("last-modified", report.made().toString());
        metadata.put("version", report.schema());
        metadata.put("oscal-version", "1.1.3");
        metadata.put("remarks", sentences.say("statement." + report.statement()));
        String plan = uuid(identity, "plan");
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("uuid", uuid(identity, "assessment-results"));
        results.put("metadata", metadata);
        results.put("import-ap", Map.of("href", "#" + plan));
        results.put("results", List.of(result(report, sentences, identity)));
        results.put(
                "back-matter",
                Map.of(
                        "resources",
                        List.of(Map.of(
                                "uuid",
                                plan,
                                "title",
                                sentences.say("heading.declaration"),
                                "description",
                                sentences.say("heading.declaredBy") + ": "
                                        + report.declaration().document().declaredBy(),
                                "props",
                                List.of(prop(
                                        "sha256", report.declaration().digest().hex()))))));
        return CanonicalJson.write(Map.of("assessment-results", results));
    }

    private static Map<String, Object> result(Report report, Sentences sentences, Digest identity) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("uuid", uuid(identity, "result"));
        result.put("title", sentences.say("heading.overview"));
        result.put("description", sentences.say("rule.decision"));
        result.put("start", report.made().toString());
        result.put(
                "props",
                List.of(
                        prop("federation", report.federation()),
                        prop("study", report.study().hex()),
                        prop("model", report.model().hex()),
                        prop("software", report.software())));
        List<CheckResult> assessed =
                report.results().stream().filter(OscalReport::assessed).toList();
        Map<String, Object> selection = new LinkedHashMap<>();
        selection.put("description", sentences.say("heading.overview"));
        if (!assessed.isEmpty()) {
            selection.put(
                    "include-controls",
                    assessed.stream()
                            .map(check -> Map.of("control-id", control(check)))
                            .toList());
        }
        result.put("reviewed-controls", Map.of("control-selections", List.of(selection)));
        if (!assessed.isEmpty()) {
            result.put(
                    "observations",
                    assessed.stream()
                            .map(check -> observation(report, check, sentences, identity))
                            .toList());
            result.put(
                    "findings",
                    assessed.stream()
                            .map(check -> finding(check, sentences, identity))
                            .toList());
        }
        result.put("remarks", remarks(report, sentences));
        return result;
    }

    private static Map<String, Object> observation(
            Report report, CheckResult check, Sentences sentences, Digest identity) {
        List<Map<String, Object>> props = new ArrayList<>();
        check.measured().forEach((name, value) -> {
            if (!value.isBlank()) {
                props.add(prop(name, value.strip()));
            }
        });
        props.add(prop("evidence-sha256", check.evidenceDigest().hex()));
        Map<String, Object> observation = new LinkedHashMap<>();
        observation.put("uuid", uuid(identity, "observation " + check.check()));
        observation.put("title", check.check());
        observation.put("description", sentences.of(check.method()));
        observation.put("methods", List.of("TEST"));
        observation.put("props", props);
        observation.put("collected", report.made().toString());
        if (!check.evidence().isEmpty()) {
            observation.put(
                    "relevant-evidence",
                    check.evidence().stream().map(OscalReport::evidence).toList());
        }
        return observation;
    }

    private static Map<String, Object> evidence(EvidenceItem item) {
        return Map.of(
                "description",
                item.name(),
                "props",
                List.of(prop("sha256", item.sha256().hex())));
    }

    private static Map<String, Object> finding(CheckResult check, Sentences sentences, Digest identity) {
        boolean passed = check.outcome() == Outcome.PASS;
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("state", passed ? "satisfied" : "not-satisfied");
        status.put("reason", passed ? "pass" : check.outcome() == Outcome.FAIL ? "fail" : "other");
        status.put(
                "remarks",
                sentences.outcome(check.outcome())
                        + check.facts().stream()
                                .map(fact -> ": " + sentences.say(fact))
                                .collect(Collectors.joining()));
        Map<String, Object> target = new LinkedHashMap<>();
        target.put("type", "objective-id");
        target.put("target-id", control(check) + "_obj");
        target.put("description", sentences.say(check.limit()));
        target.put("status", status);
        Map<String, Object> finding = new LinkedHashMap<>();
        finding.put("uuid", uuid(identity, "finding " + check.check()));
        finding.put("title", check.check());
        finding.put("description", sentences.of(check.requirement()));
        finding.put("target", target);
        finding.put("props", List.of(prop("outcome", check.outcome().name())));
        finding.put(
                "related-observations",
                List.of(Map.of("observation-uuid", uuid(identity, "observation " + check.check()))));
        return finding;
    }

    private static String remarks(Report report, Sentences sentences) {
        List<String> lines = new ArrayList<>();
        report.results().stream()
                .filter(check -> !assessed(check))
                .forEach(check -> lines.add(check.check() + ": " + sentences.outcome(check.outcome())
                        + check.facts().stream()
                                .map(fact -> ": " + sentences.say(fact))
                                .collect(Collectors.joining())));
        lines.add(sentences.say("heading.notAssessed") + ":");
        report.notAssessed().forEach(phrase -> lines.add("- " + sentences.say(phrase)));
        return String.join("\n", lines);
    }

    private static boolean assessed(CheckResult check) {
        return check.outcome() != Outcome.NOT_APPLICABLE && check.outcome() != Outcome.NOT_ASSESSED;
    }

    private static String control(CheckResult check) {
        return check.check().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> prop(String name, String value) {
        return Map.of("name", name, "ns", NAMESPACE, "value", value);
    }

    /** A UUID of RFC 9562's version 5 form, made of the report's identity and a name by SHA-256. */
    private static String uuid(Digest identity, String name) {
        ByteBuffer raw = ByteBuffer.wrap(Digest.of((identity.hex() + " " + name).getBytes(StandardCharsets.UTF_8))
                .raw());
        long high = raw.getLong() & 0xffff_ffff_ffff_0fffL | 0x5000L;
        long low = raw.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
