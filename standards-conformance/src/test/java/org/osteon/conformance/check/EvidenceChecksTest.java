package org.osteon.conformance.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.osteon.conformance.check.RunFixture.is;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.conformance.report.Sentences;
import org.osteon.conformance.verdict.CheckResult;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.SigningKey;

/**
 * A-04, B-01, B-04, C-09, C-16, D-03 and E-04: the passing evidence with one fact changed, and with too little left.
 */
class EvidenceChecksTest {
    private static final Map<String, Double> LIMITS = Map.of("A-04", 0.6, "B-04", 0.7, "D-01", 0.01);

    @TempDir
    Path folder;

    //

    @Test
    void theWorstBoundOfPointErrorsIsJudged() {
        CheckResult passed = after("A-04", run -> {});
        assertThat(passed.outcome()).isEqualTo(Outcome.PASS);
        assertThat(passed.measured()).containsEntry("points", "120").containsEntry("readings", "360");
        assertThat(Double.parseDouble(passed.measured().get("upper")))
                .isGreaterThanOrEqualTo(Double.parseDouble(passed.measured().get("p95High")))
                .isGreaterThanOrEqualTo(Double.parseDouble(passed.measured().get("distributionFree")))
                .isLessThanOrEqualTo(0.6);
    }

    @Test
    void aSystemThatIsOffByAMillimetreFails() {
        fails(
                "A-04",
                run -> run.tables.put(Tables.PHANTOM, shifted(run.tables.get(Tables.PHANTOM), 1)),
                "the lower bound ",
                "of the 95th percentile is above the declared 0.6 mm");
    }

    @Test
    void anotherDeclaredAccuracyDecides() {
        CheckResult tight = after("A-04", run -> {}, Map.of("A-04", 0.1));
        assertThat(tight.outcome()).isEqualTo(Outcome.FAIL);
        double p95 = Double.parseDouble(tight.measured().get("p95"));
        CheckResult point = after("A-04", run -> {}, Map.of("A-04", p95));
        assertThat(point.outcome()).as("a point estimate alone").isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(fact(point)).contains("lie on both sides of the declared");
    }

    @Test
    void tooFewPointsOrAnUnreadableTableAreInconclusive() {
        inconclusive(
                "A-04",
                run -> run.tables.put(Tables.PHANTOM, SampleTables.first(run.tables.get(Tables.PHANTOM), 1 + 58 * 3)),
                "58 points were measured, 59 are needed");
        inconclusive("A-04", run -> run.tables.remove(Tables.PHANTOM), "the table phantom.csv is not in evidence");
        inconclusive(
                "A-04",
                run -> run.tables.put(
                        Tables.PHANTOM,
                        SampleTables.replaced(run.tables.get(Tables.PHANTOM), "centre-01,2", "centre-01,1")),
                "the table phantom.csv cannot be read at row 2");
        inconclusive(
                "A-04",
                run -> run.tables.put(
                        Tables.PHANTOM, SampleTables.replaced(run.tables.get(Tables.PHANTOM), "meas_z", "z")),
                "has no column meas_z");
    }

    // B-01

    @Test
    void aTestSetFixedAfterTheEvaluationFails() {
        fails(
                "B-01",
                run -> {
                    List<Event> log = run.logs.get("a");
                    Event accepted = log.stream()
                            .filter(event -> event.type() == EventType.CAPSULE_ACCEPTED)
                            .findFirst()
                            .orElseThrow();
                    run.drop("a", event -> event.equals(accepted));
                    log.add(RunFixture.moved(accepted, log.size()));
                },
                "site a fixed its test set in entry ",
                ", after the first evaluation in entry ");
    }

    @Test
    void aTestPatientWhoWasTrainedOnFails() {
        String patient = SampleTables.hash("b0");
        for (String check : List.of("B-01", "C-09")) {
            fails(
                    check,
                    run -> run.tables.put(
                            Tables.SPLITS,
                            SampleTables.replaced(
                                    run.tables.get(Tables.SPLITS),
                                    "b,train," + SampleTables.hash("b1"),
                                    "b,train," + patient)),
                    "site b has 1 patients on both sides train and test");
        }
    }

    @Test
    void aSealOrAnEvaluationThatIsNotInEvidenceIsInconclusive() {
        inconclusive(
                "B-01",
                run -> run.drop("b", event -> event.type() == EventType.CAPSULE_ACCEPTED),
                "the log of site b in evidence has no entry that accepts its approval");
        inconclusive(
                "B-01",
                run -> run.drop("b", event -> event.type() == EventType.SNAPSHOT_ADDED),
                "the log of site b in evidence has no snapshot-added of what was approved");
        inconclusive("B-01", run -> run.tables.remove(Tables.SPLITS), "the table splits.csv is not in evidence");
        inconclusive("B-01", run -> run.capsules.remove("a"), "no capsule of site a");
        inconclusive(
                "B-01",
                run -> run.drop("hub", is(EventType.ROUND_CLOSED, "2/evaluate")),
                "the hub's log has no closed evaluation of this model");
    }

    // B-04

    @Test
    void anAucWhoseWholeIntervalIsBelowTheDeclaredOneFails() {
        CheckResult passed = after("B-04", run -> {});
        assertThat(passed.outcome()).isEqualTo(Outcome.PASS);
        CheckResult failed = after("B-04", run -> {}, Map.of("B-04", 0.95));
        assertThat(failed.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(fact(failed))
                .isEqualTo("the upper end " + passed.measured().get("aucHigh")
                        + " of the AUC's interval is below the declared 0.95");
    }

    @Test
    void anAucWhoseIntervalCrossesTheDeclaredOneIsInconclusive() {
        double auc = Double.parseDouble(after("B-04", run -> {}).measured().get("auc"));
        CheckResult crossing = after("B-04", run -> {}, Map.of("B-04", auc - 0.001));
        assertThat(crossing.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(fact(crossing)).contains("lies on both sides of the declared");
    }

    @Test
    void oneCountOfAReleasedHistogramChangedFails() {
        fails(
                "B-04",
                run -> {
                    byte[] counts = SampleTables.histograms('b');
                    Digest accepted = Digest.of(counts);
                    counts[8] ^= 1;
                    run.objects.put(accepted, run.objects.get(run.object(counts)));
                },
                "the stored histogram of site b is not the one that was accepted");
    }

    @Test
    void histogramsThatAreMissingOrCarryTooFewPatientsAreInconclusive() {
        inconclusive(
                "B-04",
                run -> run.objects.remove(Digest.of(SampleTables.histograms('a'))),
                "the histogram of site a is not kept");
        inconclusive(
                "B-04",
                run -> {
                    for (String site : List.of("a", "b")) {
                        byte[] none = new byte[2 * 32 * Long.BYTES];
                        none[8 * site.charAt(0) % 256] = 3;
                        Digest counts = run.object(none);
                        run.change(
                                "hub",
                                event -> is(EventType.UPDATE_RECEIVED, "2/evaluate")
                                                .test(event)
                                        && event.actor().equals(site),
                                event -> RunFixture.referring(event, "update", counts));
                    }
                },
                "do not carry an estimate");
        inconclusive(
                "B-04",
                run -> run.drop("hub", is(EventType.ROUND_CLOSED, "2/evaluate")),
                "no closed evaluation of this model");
    }

    // C-09

    @Test
    void aPatientNamedTwiceFailsAndASiteWithoutATestSideIsInconclusive() {
        fails(
                "C-09",
                run -> run.tables.put(
                        Tables.SPLITS,
                        SampleTables.replaced(
                                run.tables.get(Tables.SPLITS), SampleTables.hash("c1"), SampleTables.hash("c2"))),
                "site c names patients again in 1 rows");
        inconclusive(
                "C-09",
                run -> run.tables.put(Tables.SPLITS, SampleTables.splits(List.of("a", "b"))),
                "the table of splits has no patient of site c on the side train");
        inconclusive(
                "C-09",
                run -> run.tables.put(
                        Tables.SPLITS,
                        SampleTables.replaced(run.tables.get(Tables.SPLITS), SampleTables.hash("a4"), "Zhang San")),
                "the table splits.csv cannot be read at row 5");
        inconclusive("C-09", run -> run.tables.remove(Tables.SPLITS), "the table splits.csv is not in evidence");
    }

    // C-16

    @Test
    void everyPredictionOfAnotherModelFails() {
        fails(
                "C-16",
                run -> run.tables.put(
                        Tables.PREDICTIONS,
                        new String(run.tables.get(Tables.PREDICTIONS), StandardCharsets.UTF_8)
                                .replace(
                                        run.versions.get(2).digest().hex(),
                                        run.versions.get(1).digest().hex())
                                .getBytes(StandardCharsets.UTF_8)),
                "names another model");
    }

    @Test
    void aModelThatGivesOtherScoresFails() {
        fails(
                "C-16",
                run -> {
                    ModelVersion old = run.versions.get(2);
                    byte[] arrays = run.bytes(old.arrays());
                    arrays[11] ^= 0x40;
                    Digest other = run.object(arrays);
                    String before = old.digest().hex();
                    run.replace(2, v -> RunFixture.copy(v, other, v.parent(), v.rule(), v.inputs()));
                    run.tables.put(
                            Tables.PREDICTIONS,
                            new String(run.tables.get(Tables.PREDICTIONS), StandardCharsets.UTF_8)
                                    .replace(
                                            before, run.versions.get(2).digest().hex())
                                    .getBytes(StandardCharsets.UTF_8));
                },
                "states the score ",
                ", the model gives ");
    }

    @Test
    void aBrokenLinkOfTheChainFails() {
        fails(
                "C-16",
                run -> run.logs.keySet().forEach(site -> everyUpdate(run, site, "update", Digest.of(new byte[] {9}))),
                "logged another update or study for its counted reply in round ");
        fails(
                "C-16",
                run -> {
                    for (String site : List.of("a", "b", "c")) {
                        List<Event> log = run.logs.get(site);
                        Event accepted = log.stream()
                                .filter(event -> event.type() == EventType.CAPSULE_ACCEPTED)
                                .findFirst()
                                .orElseThrow();
                        run.drop(site, event -> event.equals(accepted));
                        log.add(RunFixture.moved(accepted, log.size()));
                    }
                },
                "accepted its approval in entry ",
                ", after the update of round ");
        fails(
                "C-16",
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
    void tooFewPredictionsOrAChainThatEndsInTheEvidenceAreInconclusive() {
        inconclusive(
                "C-16",
                run -> run.tables.put(
                        Tables.PREDICTIONS, SampleTables.first(run.tables.get(Tables.PREDICTIONS), 1 + 19)),
                "19 predictions are in evidence, 20 are needed");
        inconclusive(
                "C-16", run -> run.tables.remove(Tables.PREDICTIONS), "the table predictions.csv is not in evidence");
        inconclusive(
                "C-16",
                run -> run.objects.remove(run.versions.get(2).arrays()),
                "the arrays of the judged model are not kept");
        inconclusive(
                "C-16",
                run -> run.logs.keySet().forEach(site -> everyUpdate(run, site, "capsule", Digest.of(new byte[] {9}))),
                "was sent under an approval that is not in evidence");
    }

    // D-03

    @Test
    void eachKindOfIdentifyingAttributeFails() {
        Map<String, String[]> faults = new HashMap<>();
        faults.put(
                "IMG2.dcm has a value of its own in (0010,0010) Patient's Name",
                new String[] {"IMG2.dcm,00100010,PN,", "IMG2.dcm,00100010,PN,Zhang^San"});
        faults.put("IMG2.dcm has (0010,1040) Patient's Address, which the profile removes", new String[] {
            "IMG2.dcm,00080060,CS,DX", "IMG2.dcm,00080060,CS,DX\nIMG2.dcm,00101040,LO,Nanjing Road 1"
        });
        faults.put(
                "IMG1.dcm has the private attribute (0009,0010)",
                new String[] {"IMG1.dcm,00080060,CS,DX", "IMG1.dcm,00080060,CS,DX\nIMG1.dcm,00090010,LO,ACME"});
        faults.put(
                "IMG3.dcm has a UID in (0020,000D) Study Instance UID that was not replaced",
                new String[] {"IMG3.dcm,0020000D,UI,2.25.33", "IMG3.dcm,0020000D,UI,1.3.12.2.1107.5.2"});
        faults.put(
                "IMG3.dcm has a UID in (0008,1155) Referenced SOP Instance UID that was not replaced",
                new String[] {"00081140[0].00081155,UI,2.25.73", "00081140[0].00081155,UI,1.3.12.2"});
        faults.put(
                "IMG3.dcm does not say that its identity was removed",
                new String[] {"IMG3.dcm,00120062,CS,YES", "IMG3.dcm,00120062,CS,NO"});
        faults.put(
                "IMG2.dcm has a value of its own in (0018,1030) Protocol Name",
                new String[] {"IMG2.dcm,00080060,CS,DX", "IMG2.dcm,00080060,CS,DX\nIMG2.dcm,00181030,LO,knee Zhang"});
        faults.forEach((fact, change) -> fails(
                "D-03",
                run -> run.tables.put(
                        Tables.HEADERS, SampleTables.replaced(run.tables.get(Tables.HEADERS), change[0], change[1])),
                fact));
        assertThat(faults).hasSize(7);
    }

    @Test
    void headersOfOneFileOrNoneAreInconclusive() {
        inconclusive(
                "D-03",
                run -> run.tables.put(Tables.HEADERS, SampleTables.first(run.tables.get(Tables.HEADERS), 10)),
                "headers of 1 studies are in evidence, 2 are needed");
        inconclusive("D-03", run -> run.tables.remove(Tables.HEADERS), "the table headers.csv is not in evidence");
    }

    // E-04

    @Test
    void anEntryChangedAfterAHeadFails() {
        fails(
                "E-04",
                run -> {
                    Event event = run.logs.get("hub").get(3);
                    run.logs.get("hub").set(3, RunFixture.with(event, "site", "z"));
                },
                "the entries of the log of hub do not give its head of size ");
        fails(
                "E-04",
                run -> {
                    List<Event> log = run.logs.get("hub");
                    int at = log.size() * 2 / 5;
                    log.set(at, RunFixture.with(log.get(at), "site", "z"));
                },
                "no proof leads from the head of size ",
                " of the log of hub");
        fails(
                "E-04",
                run -> {
                    Event event = run.logs.get("b").get(1);
                    run.logs.get("b").set(1, RunFixture.with(event, "site", "z"));
                },
                "the entries of the log of b do not give its head of size ");
    }

    @Test
    void aHeadOfAnotherKeyFails() {
        fails(
                "E-04",
                run -> {
                    Checkpoint head = run.heads.get("hub").get(1);
                    run.heads
                            .get("hub")
                            .set(1, Checkpoint.sign(head.origin(), head.size(), head.root(), SigningKey.ed25519()));
                },
                "of the log of hub is not signed by the log's key");
    }

    @Test
    void twoHeadsOfOneSizeWithTwoRootsFail() {
        fails(
                "E-04",
                run -> {
                    List<Event> log = run.logs.get("hub");
                    Event kept = log.get(0);
                    log.set(0, RunFixture.with(kept, "site", "z"));
                    run.heads.get("hub").add(run.head("hub", log.size()));
                    log.set(0, kept);
                },
                "no proof leads from the head of size ");
    }

    @Test
    void tooFewHeadsOrEntriesAreInconclusive() {
        inconclusive(
                "E-04",
                run -> run.heads.get("hub").subList(1, 3).clear(),
                "1 heads of the log of hub were retained, 2 are needed");
        inconclusive("E-04", run -> run.heads.remove("c"), "0 heads of the log of c were retained, 1 are needed");
        inconclusive(
                "E-04",
                run -> run.logs.get("a").remove(run.logs.get("a").size() - 1),
                "the log of a has ",
                " entries in evidence, its head ");
    }

    private static void everyUpdate(RunFixture run, String site, String role, Digest digest) {
        run.logs
                .get(site)
                .replaceAll(event ->
                        event.type() == EventType.UPDATE_SENT ? RunFixture.referring(event, role, digest) : event);
    }

    private static byte[] shifted(byte[] table, double by) {
        StringBuilder shifted = new StringBuilder();
        new String(table, StandardCharsets.UTF_8).lines().forEach(line -> {
            String[] cells = line.split(",", -1);
            if (cells[7].matches("-?[0-9.]+")) {
                cells[7] = Double.toString(Double.parseDouble(cells[7]) + by);
            }
            shifted.append(String.join(",", cells)).append('\n');
        });
        return shifted.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void fails(String check, Consumer<RunFixture> change, String... fact) {
        CheckResult result = after(check, change);
        assertThat(result.outcome()).as(result.toString()).isEqualTo(Outcome.FAIL);
        assertThat(fact(result)).contains(fact);
    }

    private void inconclusive(String check, Consumer<RunFixture> change, String... fact) {
        CheckResult result = after(check, change);
        assertThat(result.outcome()).as(result.toString()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(fact(result)).contains(fact);
    }

    private static String fact(CheckResult result) {
        return Sentences.of(Locale.ENGLISH).say(result.facts().get(0));
    }

    private CheckResult after(String check, Consumer<RunFixture> change) {
        return after(check, change, LIMITS);
    }

    private CheckResult after(String check, Consumer<RunFixture> change, Map<String, Double> limits) {
        try {
            RunFixture run = RunFixture.dp(Files.createTempDirectory(folder, "changed"));
            change.accept(run);
            SignedDocument<Declaration> declaration = SignedDocument.sign(
                    new Declaration(Declaration.SCHEMA, "ortho-net", "Prof Li", limits), SigningKey.ed25519());
            return Checks.report(run.evidence(), declaration, "osteon/test", RunFixture.START).results().stream()
                    .filter(result -> result.check().equals(check))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
