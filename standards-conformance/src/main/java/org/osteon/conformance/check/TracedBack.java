package org.osteon.conformance.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Study;

/**
 * C-16: predictions drawn at random are followed back: to the released model, which gives the same score; from it to a
 * round and an update drawn at random; from the update to the site's log entry that sent it; from there to the approval
 * in force, the study and the snapshot, each logged before what rests on it.
 */
final class TracedBack implements Check {
    /** Chains that are walked. */
    static final int CHAINS = 20;

    private static final double TOLERANCE = 1e-9;
    private static final Phrase RULE = Phrase.of("LIMIT_CHAINS", "chains", CHAINS);
    private static final List<String> FIRST = List.of("id", "model", "score");

    @Override
    public String id() {
        return "C-16";
    }

    @Override
    public Judgement judge(RunEvidence evidence, Optional<Double> limit) {
        List<EvidenceItem> looked = Looked.at()
                .study(evidence)
                .versions(evidence)
                .capsules(evidence)
                .siteLogs(evidence)
                .table(evidence, Tables.PREDICTIONS)
                .items();
        Optional<byte[]> table = evidence.tables().get(Tables.PREDICTIONS);
        if (table.isEmpty()) {
            return Judgement.of(RULE, Fault.inconclusive("TABLE_MISSING", "table", Tables.PREDICTIONS), looked);
        }
        try {
            return judge(evidence, Csv.read(Tables.PREDICTIONS, table.orElseThrow()), table.orElseThrow(), looked);
        } catch (Csv.Malformed e) {
            return Judgement.of(RULE, e.fault(), looked);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Judgement judge(RunEvidence evidence, Csv table, byte[] bytes, List<EvidenceItem> looked)
            throws Csv.Malformed, IOException {
        if (table.size() < CHAINS) {
            return Judgement.of(
                    RULE,
                    Fault.inconclusive("PREDICTIONS_TOO_FEW", "predictions", table.size(), "needed", CHAINS),
                    looked);
        }
        Optional<Fault> fault = lineage(evidence);
        Optional<LinearScore> model = Optional.empty();
        if (fault.isEmpty()) {
            Optional<Path> arrays = evidence.objects().file(evidence.model().arrays());
            if (arrays.isEmpty()) {
                fault = Optional.of(Fault.inconclusive("JUDGED_MODEL_NOT_KEPT"));
            } else {
                byte[] kept = Files.readAllBytes(arrays.orElseThrow());
                model = LinearScore.of(evidence.study(), kept);
                fault = !Digest.of(kept).equals(evidence.model().arrays())
                        ? Optional.of(Fault.fail("JUDGED_MODEL_OTHER"))
                        : model.isEmpty()
                                ? Optional.of(Fault.inconclusive(
                                        "TEMPLATE_NOT_RECOMPUTED",
                                        "template",
                                        evidence.study().model().template()))
                                : Optional.empty();
            }
        }
        if (fault.isPresent()) {
            return Judgement.of(RULE, fault.orElseThrow(), looked);
        }
        long seed = ByteBuffer.wrap(Digest.of(bytes).raw()).getLong() >>> 11;
        Random random = new Random(seed);
        List<Integer> rows =
                new ArrayList<>(IntStream.range(0, table.size()).boxed().toList());
        Collections.shuffle(rows, random);
        int[] columns = columns(table, evidence.study());
        for (int chain = 0; chain < CHAINS; chain++) {
            fault = prediction(evidence, model.orElseThrow(), table, columns, rows.get(chain));
            if (fault.isEmpty()) {
                ModelVersion version = evidence.versions()
                        .get(1 + random.nextInt(evidence.versions().size() - 1));
                fault = version.inputs().isEmpty()
                        ? Optional.of(Fault.fail("ROUND_EMPTY", "round", version.round()))
                        : update(
                                evidence,
                                version,
                                version.inputs()
                                        .get(random.nextInt(version.inputs().size())));
            }
            if (fault.isPresent()) {
                return Judgement.of(
                        RULE,
                        fault.orElseThrow().measuring("chains", chain, "predictions", table.size(), "seed", seed),
                        looked);
            }
        }
        return Judgement.pass(RULE, Phrase.values("chains", CHAINS, "predictions", table.size(), "seed", seed), looked);
    }

    /** The features' columns in the study's order. */
    private static int[] columns(Csv table, Study study) throws Csv.Malformed {
        for (String name : FIRST) {
            table.column(name);
        }
        int[] columns = new int[study.cohort().features().size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = table.column(study.cohort().features().get(i).column());
        }
        return columns;
    }

    private static Optional<Fault> lineage(RunEvidence evidence) {
        List<ModelVersion> versions = evidence.versions();
        if (versions.size() < 2
                || !versions.get(versions.size() - 1)
                        .digest()
                        .equals(evidence.model().digest())) {
            return Optional.of(Fault.inconclusive("NO_ROUND_TO_MODEL"));
        }
        for (int i = 1; i < versions.size(); i++) {
            ModelVersion version = versions.get(i);
            if (!version.parent().equals(versions.get(i - 1).digest())
                    || !version.study().equals(evidence.study().digest())) {
                return Optional.of(Fault.fail("LINEAGE_BROKEN", "round", version.round()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Fault> prediction(
            RunEvidence evidence, LinearScore model, Csv table, int[] columns, int row) throws Csv.Malformed {
        String number = Integer.toString(row + 1);
        if (!table.cell(row, table.column("model"))
                .equals(evidence.model().digest().hex())) {
            return Optional.of(Fault.fail("PREDICTION_OF_OTHER", "prediction", number));
        }
        double[] raw = new double[columns.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = table.cell(row, columns[i]).isEmpty() ? Double.NaN : table.number(row, columns[i]);
        }
        double stated = table.number(row, table.column("score"));
        double recomputed = model.score(raw);
        return Math.abs(stated - recomputed) <= TOLERANCE
                ? Optional.empty()
                : Optional.of(Fault.fail(
                        "PREDICTION_DIFFERS",
                        "prediction",
                        number,
                        "stated",
                        Numbers.text(stated),
                        "recomputed",
                        Numbers.text(recomputed)));
    }

    private static Optional<Fault> update(RunEvidence evidence, ModelVersion version, ModelVersion.Input input) {
        String site = input.site();
        Optional<Fault> missing = Approval.missing(evidence, site);
        if (missing.isPresent()) {
            return missing;
        }
        Optional<Event> sent = evidence.sites().getOrDefault(site, List.of()).stream()
                .filter(event -> event.type() == EventType.UPDATE_SENT
                        && event.ref("reply").filter(input.reply()::equals).isPresent())
                .findFirst();
        if (sent.isEmpty()) {
            return Optional.of(Fault.inconclusive(
                    "REPLY_NOT_LOGGED", "site", site, "reply", input.reply().brief()));
        }
        Event event = sent.orElseThrow();
        if (event.ref("update").filter(input.update()::equals).isEmpty()
                || event.ref("study").filter(evidence.study().digest()::equals).isEmpty()) {
            return Optional.of(Fault.fail("CHAIN_UPDATE_OTHER", "site", site, "round", version.round()));
        }
        Approval approval = Approval.of(evidence, site);
        Optional<Digest> under = event.ref("capsule");
        if (under.isEmpty()) {
            return Optional.of(Fault.fail("CHAIN_WITHOUT_APPROVAL", "site", site, "round", version.round()));
        }
        if (!under.orElseThrow().equals(approval.capsule())) {
            return Optional.of(Fault.inconclusive("CHAIN_APPROVAL_OTHER", "site", site, "round", version.round()));
        }
        Optional<Fault> fault = approval.fault(evidence);
        if (fault.isPresent()) {
            return fault;
        }
        long accepted = approval.accepted().orElseThrow();
        return accepted < event.seq()
                ? Optional.empty()
                : Optional.of(Fault.fail(
                        "CHAIN_APPROVED_AFTER",
                        "site",
                        site,
                        "round",
                        version.round(),
                        "accepted",
                        accepted,
                        "sent",
                        event.seq()));
    }
}
