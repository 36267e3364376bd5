package org.osteon.conformance.check;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.conformance.verdict.Report;
import org.osteon.protocol.document.SignedDocument;

/** The checks there are, and the report over those a study lists. */
public final class Checks {
    private static final Map<String, Check> ALL = all(
            new PointAccuracy(),
            new TestSetSealed(),
            new AucDeclared(),
            new SplitDisjoint(),
            new TracedBack(),
            new BudgetRecomputed(),
            new HeadersClean(),
            new AggregationReplayed(),
            new EventsComplete(),
            new LogAppendOnly());

    /** Number of requirements in each suite. */
    private static final Map<String, Integer> SUITES = suites();

    private Checks() {}

    /** Identifiers of the checks there are, in order of suites. */
    public static List<String> ids() {
        return List.copyOf(ALL.keySet());
    }

    /**
     * Judges the study's checks; one that does not exist is NOT_ASSESSED, never passed over.
     *
     * @param declaration the signed limits; whose signature counts was decided before
     * @param software what computes, with its version
     */
    public static Report report(
            RunEvidence evidence, SignedDocument<Declaration> declaration, String software, Instant now) {
        List<CheckResult> results = new ArrayList<>();
        for (String id : evidence.study().conformance()) {
            Check check = ALL.get(id);
            results.add(
                    check == null
                            ? CheckResult.of(
                                    id,
                                    Phrase.of("LIMIT_NONE"),
                                    Map.of(),
                                    Outcome.NOT_ASSESSED,
                                    List.of(Phrase.of("CHECK_UNKNOWN")),
                                    List.of())
                            : check.judge(
                                            evidence,
                                            Optional.ofNullable(declaration
                                                    .document()
                                                    .limits()
                                                    .get(id)))
                                    .result(id));
        }
        return new Report(
                Report.SCHEMA,
                evidence.study().federation(),
                evidence.study().digest(),
                evidence.model().digest(),
                declaration,
                results,
                notAssessed(evidence.study().conformance()),
                Report.STATEMENT,
                software,
                now);
    }

    /** Requirements of each suite that no check covers, checks that the study does not list, and what needs a hand. */
    private static List<Phrase> notAssessed(List<String> listed) {
        List<Phrase> phrases = new ArrayList<>();
        phrases.add(Phrase.of("NOT_ASSESSED_LABORATORY"));
        phrases.add(Phrase.of("NOT_ASSESSED_CLINICAL"));
        String left = ALL.keySet().stream().filter(id -> !listed.contains(id)).collect(Collectors.joining(", "));
        if (!left.isEmpty()) {
            phrases.add(Phrase.of("NOT_ASSESSED_NOT_LISTED", "checks", left));
        }
        SUITES.forEach((suite, requirements) -> phrases.add(Phrase.of(
                "NOT_ASSESSED_SUITE",
                "suite",
                suite,
                "checks",
                IntStream.rangeClosed(1, requirements)
                        .mapToObj(number -> "%s-%02d".formatted(suite, number))
                        .filter(id -> !ALL.containsKey(id))
                        .collect(Collectors.joining(", ")))));
        return phrases;
    }

    private static Map<String, Integer> suites() {
        Map<String, Integer> suites = new LinkedHashMap<>();
        suites.put("A", 20);
        suites.put("B", 20);
        suites.put("C", 19);
        suites.put("D", 19);
        suites.put("E", 20);
        return suites;
    }

    private static Map<String, Check> all(Check... checks) {
        Map<String, Check> all = new LinkedHashMap<>();
        for (Check check : checks) {
            all.put(check.id(), check);
        }
        return all;
    }
}
