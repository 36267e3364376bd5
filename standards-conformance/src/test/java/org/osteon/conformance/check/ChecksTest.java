package org.osteon.conformance.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.osteon.conformance.check.RunFixture.is;
import static org.osteon.conformance.check.RunFixture.with;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.event.EventType;
import org.osteon.conformance.report.Sentences;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.conformance.verdict.Report;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.SigningKey;

/** The passing evidence, and the same with one fact changed: the verdict names that fact. */
class ChecksTest {
    @TempDir
    Path folder;

    private RunFixture dp;
    private RunFixture newton;

    @BeforeEach
    void runs() throws IOException {
        dp = RunFixture.dp(Files.createDirectory(folder.resolve("dp")));
        newton = RunFixture.newton(Files.createDirectory(folder.resolve("newton")));
    }

    @Test
    void untouchedEvidencePasses() {
        // When
        Report report = report(dp, 0.01);

        // Then
        assertThat(report.results()).extracting(CheckResult::check).isEqualTo(Checks.ids());
        assertThat(report.results())
                .allSatisfy(result ->
                        assertThat(result.outcome()).as(result.toString()).isEqualTo(Outcome.PASS));
        assertThat(report.passed()).isTrue();
        assertThat(result(report, "D-01").measured())
                .containsEntry("charges", "8")
                .containsEntry("sites", "3");
        assertThat(result(report, "E-01").measured()).containsExactly(Map.entry("rounds", "2"));
        assertThat(result(report, "E-03").measured())
                .containsOnly(
                        Map.entry("matched", "24"),
                        Map.entry("sites", "3"),
                        Map.entry("exchanges", "3"),
                        Map.entry("lateReplies", "1"),
                        Map.entry("uncountedWithoutLog", "d"));
    }

    @Test
    void anExactRunPassesWithoutABudget() {
        // When
        Report report = report(newton, 0.01);

        // Then
        assertThat(result(report, "D-01").outcome()).isEqualTo(Outcome.NOT_APPLICABLE);
        assertThat(result(report, "E-01").outcome()).isEqualTo(Outcome.PASS);
        assertThat(result(report, "E-03").outcome()).isEqualTo(Outcome.PASS);
        assertThat(result(report, "B-01").outcome()).isEqualTo(Outcome.NOT_APPLICABLE);
        assertThat(result(report, "C-09").outcome()).isEqualTo(Outcome.NOT_APPLICABLE);
        assertThat(report.passed()).isTrue();
    }

    // D-01

    @Test
    void anAttestedEpsilonOnePerCentTooSmallFails() {
        failsAfter(
                "D-01",
                run -> run.change(
                        "a",
                        is(EventType.BUDGET_COMMITTED, "2/train"),
                        event -> with(
                                event,
                                "epsilonStudy",
                                0.989 * Double.parseDouble(event.values().get("epsilonStudy")))),
                "site a attests epsilon ",
                " at r-1/2/train",
                ", recomputed ");
        passesAfter(
                "D-01",
                run -> run.change(
                        "a",
                        is(EventType.BUDGET_COMMITTED, "2/train"),
                        event -> with(
                                event,
                                "epsilonStudy",
                                0.991 * Double.parseDouble(event.values().get("epsilonStudy")))));
    }

    @Test
    void anAttestedEpsilonThatIsNoNumberFails() {
        failsAfter(
                "D-01",
                run -> run.change(
                        "a", is(EventType.BUDGET_COMMITTED, "2/train"), event -> with(event, "epsilonStudy", "small")),
                "site a attests epsilon NaN");
    }

    @Test
    void anotherNoiseMultiplierThanTheStudysFails() {
        failsAfter(
                "D-01",
                run -> run.change("b", is(EventType.BUDGET_COMMITTED, "1/train"), event -> with(event, "sigma", 1.1)),
                "site b, budget-committed of r-1/1/train",
                "sigma is 1.1, the study says 1.2");
    }

    @Test
    void anUpdateWithoutAChargeFails() {
        failsAfter(
                "D-01",
                run -> run.drop("c", is(EventType.BUDGET_COMMITTED, "1/train")),
                "site c, update-sent of r-1/1/train",
                "the update left without a charge");
    }

    @Test
    void aForgottenReservationFails() {
        failsAfter(
                "D-01",
                run -> run.drop("b", is(EventType.BUDGET_RESERVED, "1/train")),
                "site b attests epsilon ",
                "r-1/1/train");
        failsAfter(
                "D-01",
                run -> run.drop("a", is(EventType.BUDGET_RESERVED, "2/train")),
                "site a",
                "r-1/2/train",
                "no reservation of its own");
    }

    @Test
    void spendingMoreThanWasApprovedFails() {
        failsAfter(
                "D-01",
                run -> {
                    Capsule old = run.capsules.get("b");
                    run.capsules.put(
                            "b",
                            new Capsule(
                                    old.schema(),
                                    old.federation(),
                                    old.trustRoot(),
                                    old.study(),
                                    old.site(),
                                    old.snapshot(),
                                    old.agentRelease(),
                                    2.5,
                                    old.delta(),
                                    old.rounds(),
                                    old.releases(),
                                    old.purpose(),
                                    old.waivers(),
                                    old.notBefore(),
                                    old.notAfter(),
                                    old.decided()));
                },
                "site b has charged epsilon ",
                "approved were 2.5");
    }

    @Test
    void evidenceTooShortToJudgeTheBudgetIsInconclusive() {
        inconclusiveAfter("D-01", run -> run.cut("a", is(EventType.UPDATE_SENT, "2/train")), "site a", "counted reply");
        inconclusiveAfter("D-01", run -> run.logs.get("a").clear(), "the log of site a is not in evidence");
        inconclusiveAfter("D-01", run -> run.capsules.remove("c"), "no capsule of site c");
        Report undeclared =
                Checks.report(dp.evidence(), signed(declaration(Map.of())), "osteon/test", RunFixture.START);
        for (String check : List.of("A-04", "B-04", "D-01")) {
            assertThat(result(undeclared, check).outcome()).isEqualTo(Outcome.INCONCLUSIVE);
            assertThat(fact(result(undeclared, check))).isEqualTo("no limit is declared for " + check);
        }
    }

    @Test
    void aDeclarationCannotWidenTheLimit() {
        // Given
        dp.change(
                "a",
                is(EventType.BUDGET_COMMITTED, "2/train"),
                event -> with(
                        event,
                        "epsilonStudy",
                        0.95 * Double.parseDouble(event.values().get("epsilonStudy"))));

        // When
        CheckResult result = result(report(dp, 0.5), "D-01");

        // Then
        assertThat(result.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(Sentences.of(Locale.ENGLISH).say(result.limit()))
                .isEqualTo("relative difference at most 0.01, declared was 0.5");
    }

    // E-01

    @Test
    void oneBitOfAModelFails() {
        for (RunFixture run : List.of(dp, newton)) {
            // Given
            ModelVersion stored = run.versions.get(2);
            byte[] arrays = run.bytes(stored.arrays());
            arrays[0] ^= 1;
            Digest other = run.object(arrays);
            run.replace(2, old -> RunFixture.copy(old, other, old.parent(), old.rule(), old.inputs()));

            // When
            CheckResult result = result(report(run, 0.01), "E-01");

            // Then
            assertThat(result.outcome()).isEqualTo(Outcome.FAIL);
            assertThat(fact(result))
                    .isEqualTo(
                            "round 2 recomputes to " + stored.arrays().brief() + "…, stored is " + other.brief() + "…");
            assertThat(result.measured())
                    .containsExactly(Map.entry("arrays", stored.arrays().hex()));
        }
    }

    @Test
    void oneBitOfAStoredUpdateFails() {
        failsAfter(
                "E-01",
                run -> {
                    ModelVersion.Input input = run.versions.get(1).inputs().get(1);
                    byte[] update = run.bytes(input.update());
                    update[2] ^= 1;
                    run.objects.put(input.update(), run.objects.get(run.object(update)));
                },
                "the stored update of site b in round 1 is not the one that was counted");
    }

    @Test
    void anUpdateCountedTwiceOrOutOfOrderFails() {
        failsAfter(
                "E-01",
                run -> run.replace(1, old -> {
                    List<ModelVersion.Input> twice = new ArrayList<>(old.inputs());
                    twice.add(1, twice.get(0));
                    return RunFixture.copy(old, old.arrays(), old.parent(), old.rule(), twice);
                }),
                "round 1 does not take its sites once each",
                "a follows a");
        failsAfter(
                "E-01",
                run -> run.replace(1, old -> {
                    List<ModelVersion.Input> turned = new ArrayList<>(old.inputs());
                    Collections.swap(turned, 0, 1);
                    return RunFixture.copy(old, old.arrays(), old.parent(), old.rule(), turned);
                }),
                "round 1 does not take its sites once each",
                "a follows b");
    }

    @Test
    void anotherWeightOrRuleThanTheStudysFails() {
        failsAfter(
                "E-01",
                run -> run.replace(1, old -> {
                    List<ModelVersion.Input> inputs = new ArrayList<>(old.inputs());
                    inputs.set(
                            0,
                            new ModelVersion.Input(
                                    "a", inputs.get(0).reply(), inputs.get(0).update(), 2));
                    return RunFixture.copy(old, old.arrays(), old.parent(), old.rule(), inputs);
                }),
                "round 1 gives site a the weight 2, the study says 1");
        failsAfter(
                "E-01",
                run -> run.replace(2, old -> RunFixture.copy(old, old.arrays(), old.parent(), "newton", old.inputs())),
                "round 2 was made by rule newton, the study's is mean");
    }

    @Test
    void anotherStartOrABrokenLineageFails() {
        failsAfter(
                "E-01",
                run -> {
                    Digest other = run.object(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
                    run.replace(0, old -> RunFixture.copy(old, other, old.parent(), old.rule(), old.inputs()));
                },
                "the run does not start from zeros");
        failsAfter(
                "E-01",
                run -> run.versions.set(
                        2,
                        RunFixture.copy(
                                run.versions.get(2),
                                run.versions.get(2).arrays(),
                                run.versions.get(0).digest(),
                                "mean",
                                run.versions.get(2).inputs())),
                "round 2 does not follow the version before it");
    }

    @Test
    void anUpdateThatIsNotKeptIsInconclusive() {
        inconclusiveAfter(
                "E-01",
                run -> run.objects.remove(run.versions.get(2).inputs().get(1).update()),
                "the update of site b in round 2 is not kept");
        inconclusiveAfter(
                "E-01",
                run -> run.objects.remove(run.versions.get(1).arrays()),
                "the model that round 2 starts from is not kept");
    }

    @Test
    void aHessianThatIsNotPositiveDefiniteCannotHaveGivenAModel() {
        // Given
        ModelVersion.Input input = newton.versions.get(1).inputs().get(0);
        byte[] update = newton.bytes(input.update());
        java.nio.ByteBuffer.wrap(update).order(java.nio.ByteOrder.LITTLE_ENDIAN).putDouble(3 * 8, -1e6);
        Digest other = newton.object(update);
        newton.replace(1, old -> {
            List<ModelVersion.Input> inputs = new ArrayList<>(old.inputs());
            inputs.set(0, new ModelVersion.Input("a", input.reply(), other, 1));
            return RunFixture.copy(old, old.arrays(), old.parent(), old.rule(), inputs);
        });

        // When
        CheckResult result = result(report(newton, 0.01), "E-01");

        // Then
        assertThat(result.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(fact(result)).isEqualTo("round 1 cannot be recomputed: the summed Hessian is not positive definite");
    }

    // E-03

    @Test
    void eachSendWithoutItsReceiveFails() {
        failsAfter(
                "E-03",
                run -> run.drop("a", is(EventType.INSTRUCTION_RECEIVED, "1/train")),
                "instruction-sent",
                "r-1/1/train has no instruction-received (site a)");
        failsAfter(
                "E-03",
                run -> run.drop("a", is(EventType.RECEIPT_RECEIVED, "1/train")),
                "receipt-sent",
                "r-1/1/train has no receipt-received (site a)");
        failsAfter(
                "E-03",
                run -> run.drop("b", is(EventType.UPDATE_SENT, "1/train")),
                "update-accepted",
                "r-1/1/train has no update-sent (site b)");
        failsAfter(
                "E-03",
                run -> run.drop("hub", is(EventType.UPDATE_RECEIVED, "1/train")),
                "update-accepted",
                "r-1/1/train (site a) has no update-received in the hub's log");
        failsAfter(
                "E-03",
                run -> run.drop("hub", is(EventType.INSTRUCTION_SENT, "1/train")),
                "update-received",
                "r-1/1/train (site a) has no instruction-sent in the hub's log");
        failsAfter(
                "E-03",
                run -> run.drop("hub", is(EventType.RECEIPT_SENT, "1/train")),
                "receipt-received",
                "r-1/1/train has no receipt-sent (site a)");
    }

    @Test
    void aHiddenRefusalFails() {
        failsAfter(
                "E-03",
                run -> {
                    run.drop(
                            "hub",
                            event -> event.type() == EventType.UPDATE_RECEIVED
                                    && event.actor().equals("c")
                                    && event.subject().equals("r-1/2/train"));
                    run.drop(
                            "hub",
                            event -> event.type() == EventType.UPDATE_REJECTED
                                    && event.values().get("site").equals("c")
                                    && event.subject().equals("r-1/2/train"));
                },
                "round-closed of r-1/2/train says that 0 replies were awaited, the hub's log shows 1");
    }

    @Test
    void aSendThatOnlyTheSiteKnowsFails() {
        failsAfter(
                "E-03",
                run -> run.change(
                        "c",
                        is(EventType.UPDATE_SENT, "1/train"),
                        event -> new org.osteon.audit.event.Event(
                                event.schema(),
                                event.federation(),
                                event.origin(),
                                event.seq(),
                                event.type(),
                                event.time(),
                                event.actor(),
                                event.role(),
                                event.subject(),
                                event.outcome(),
                                event.reason(),
                                event.values(),
                                event.refs().stream()
                                        .map(ref -> ref.role().equals("reply")
                                                ? new org.osteon.audit.event.Event.Ref("reply", Reply.NOTHING)
                                                : ref)
                                        .toList())),
                "r-1/1/train has no update-received (site c)");
    }

    @Test
    void whatWasAcceptedMustBeCountedAndTheOtherWayRound() {
        failsAfter(
                "E-03",
                run -> run.replace(
                        1,
                        old -> RunFixture.copy(
                                old,
                                old.arrays(),
                                old.parent(),
                                old.rule(),
                                old.inputs().subList(0, 2))),
                "update-accepted",
                "r-1/1/train (site c) was not counted");
        failsAfter(
                "E-03",
                run -> run.drop("hub", is(EventType.UPDATE_ACCEPTED, "2/train")),
                "the update of site a counted in r-1/2/train has no update-accepted");
        failsAfter(
                "E-03",
                run -> run.replace(1, old -> {
                    List<ModelVersion.Input> inputs = new ArrayList<>(old.inputs());
                    inputs.set(
                            0,
                            new ModelVersion.Input(
                                    "a", inputs.get(0).reply(), inputs.get(1).update(), 1));
                    return RunFixture.copy(old, old.arrays(), old.parent(), old.rule(), inputs);
                }),
                "the update of site a counted in r-1/1/train");
    }

    @Test
    void aGapInALogFails() {
        failsAfter("E-03", run -> run.logs.get("hub").remove(4), "the log of hub has no event 4");
        failsAfter("E-03", run -> run.logs.get("b").remove(2), "the log of site b has no event 2");
    }

    @Test
    void aCopyThatEndsTooEarlyIsInconclusive() {
        inconclusiveAfter(
                "E-03",
                run -> run.cut("a", is(EventType.RECEIPT_RECEIVED, "2/evaluate")),
                "r-1/2/evaluate has no receipt-received (site a); the copy of the site's log ends before it");
        inconclusiveAfter(
                "E-03",
                run -> run.cut("b", is(EventType.UPDATE_SENT, "2/evaluate")),
                "r-1/2/evaluate has no update-sent (site b); the copy of the site's log ends before it");
        inconclusiveAfter(
                "E-03",
                run -> run.cut("b", is(EventType.INSTRUCTION_RECEIVED, "2/train")),
                "(site b); the copy of the site's log ends before it");
        inconclusiveAfter("E-03", run -> run.logs.get("c").clear(), "the log of site c is not in evidence");
    }

    // report

    @Test
    void aCheckNobodyKnowsIsNotPassedOver() {
        // When
        Report report = report(dp, 0.01);
        CheckResult unknown = CheckResult.of(
                "Z-99",
                Phrase.of("LIMIT_NONE"),
                Map.of(),
                Outcome.NOT_ASSESSED,
                List.of(Phrase.of("CHECK_UNKNOWN")),
                List.of());
        List<CheckResult> results = new ArrayList<>(report.results());
        results.add(unknown);

        // Then
        assertThat(new Report(
                                report.schema(),
                                report.federation(),
                                report.study(),
                                report.model(),
                                report.declaration(),
                                results,
                                report.notAssessed(),
                                report.statement(),
                                report.software(),
                                report.made())
                        .passed())
                .isFalse();
        assertThat(Report.read(report.canonical())).isEqualTo(report);
        assertThatThrownBy(() ->
                        CheckResult.of("D-01", Phrase.of("LIMIT_NONE"), Map.of(), Outcome.FAIL, List.of(), List.of()))
                .isInstanceOf(DocumentException.class);
    }

    @Test
    void aDeclarationHasASchemaANameAndLimitsThatAreNumbers() {
        // Given
        String good =
                "{\"declaredBy\":\"Prof Li\",\"federation\":\"ortho-net\",\"limits\":{\"D-01\":0.01},\"schema\":\"osteon.declaration/1\"}";

        // When
        Declaration declaration = read(good);

        // Then
        assertThat(declaration).isEqualTo(declaration(Map.of("D-01", 0.01)));
        assertThat(new String(declaration.canonical(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(good);
        for (String bad : List.of(
                good.replace("/1", "/2"),
                good.replace("Prof Li", " "),
                good.replace("ortho-net", " "),
                good.replace("0.01", "-1"),
                good.replace("D-01", "epsilon"),
                good.replace("0.01", "\"x\""))) {
            assertThatThrownBy(() -> read(bad)).as(bad).isInstanceOf(DocumentException.class);
        }
    }

    private static Declaration read(String json) {
        return Declaration.read(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private void passesAfter(String check, Consumer<RunFixture> change) {
        assertThat(after(check, change).outcome()).isEqualTo(Outcome.PASS);
    }

    private void failsAfter(String check, Consumer<RunFixture> change, String... fact) {
        CheckResult result = after(check, change);
        assertThat(result.outcome()).as(result.toString()).isEqualTo(Outcome.FAIL);
        assertThat(fact(result)).contains(fact);
    }

    private void inconclusiveAfter(String check, Consumer<RunFixture> change, String... fact) {
        CheckResult result = after(check, change);
        assertThat(result.outcome()).as(result.toString()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(fact(result)).contains(fact);
    }

    private CheckResult after(String check, Consumer<RunFixture> change) {
        try {
            RunFixture run = RunFixture.dp(Files.createTempDirectory(folder, "changed"));
            change.accept(run);
            return result(report(run, 0.01), check);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Report report(RunFixture run, double limit) {
        return report(run, Map.of("A-04", 0.6, "B-04", 0.7, "D-01", limit));
    }

    private static Report report(RunFixture run, Map<String, Double> limits) {
        return Checks.report(run.evidence(), signed(declaration(limits)), "osteon/test", RunFixture.START);
    }

    private static SignedDocument<Declaration> signed(Declaration declaration) {
        return SignedDocument.sign(declaration, SigningKey.ed25519());
    }

    private static Declaration declaration(Map<String, Double> limits) {
        return new Declaration(Declaration.SCHEMA, "ortho-net", "Prof Li", limits);
    }

    private static String fact(CheckResult result) {
        return Sentences.of(Locale.ENGLISH).say(result.facts().get(0));
    }

    private static CheckResult result(Report report, String check) {
        return report.results().stream()
                .filter(result -> result.check().equals(check))
                .findFirst()
                .orElseThrow();
    }
}
