package org.osteon.conformance.check;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Report;

/** The checks there are, and the report over those a study lists. */
public final class Checks {
    private static final Map<String, Check> ALL = Stream.of(
                    new BudgetRecomputed(), new AggregationReplayed(), new EventsComplete())
            .collect(Collectors.toUnmodifiableMap(Check::id, check -> check));

    private Checks() {}

    /** Judges the study's checks; one that does not exist is NOT_ASSESSED, never passed over. */
    public static Report report(RunEvidence evidence, Declaration declaration, Instant now) {
        List<CheckResult> results = new ArrayList<>();
        for (String id : evidence.study().conformance()) {
            Check check = ALL.get(id);
            results.add(
                    check == null
                            ? new CheckResult(
                                    id,
                                    "not known to this version",
                                    "none",
                                    "",
                                    "",
                                    Outcome.NOT_ASSESSED,
                                    "no such check")
                            : check.judge(
                                    evidence,
                                    Optional.ofNullable(declaration.limits().get(id))));
        }
        return new Report(
                Report.SCHEMA,
                evidence.study().federation(),
                evidence.study().digest(),
                evidence.model().digest(),
                declaration.digest(),
                declaration.declaredBy(),
                results,
                List.of("physical and laboratory clauses", "clinical performance beyond the study's own evaluation"),
                Report.STATEMENT,
                now);
    }
}
