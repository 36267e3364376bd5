package org.osteon.conformance.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.Merkle;
import org.osteon.audit.log.NoteKey;
import org.osteon.privacy.accounting.RdpCurve;
import org.osteon.privacy.accounting.SubsampledGaussian;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.protocol.sign.SigningKey;

/**
 * A whole run with its stored updates and the events of four logs, as the daemons write them; a test changes one fact
 * of it.
 *
 * <p>Sites a, b and c train two rounds and evaluate; c refuses in the second; d has no log and its updates are
 * rejected; the evaluation is closed without c, whose reply comes too late. Site b made a reservation that a crash cut
 * off before anything left.
 */
final class RunFixture {
    static final String RUN = "r-1";
    static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    private static final RdpCurve TRAIN = SubsampledGaussian.step(0.1, 1.2).times(10);
    private static final RdpCurve EVALUATE = SubsampledGaussian.step(1, 4);
    private static final String FEDERATION = "ortho-net";

    final Study study;
    final Map<String, Capsule> capsules = new HashMap<>();
    final List<ModelVersion> versions = new ArrayList<>();
    final Map<Digest, Path> objects = new LinkedHashMap<>();
    final Map<String, List<Event>> logs = new HashMap<>();
    private final Path folder;
    private final Map<String, RdpCurve> spent = new HashMap<>();
    final Map<String, byte[]> tables = new HashMap<>();
    final Map<String, List<Checkpoint>> heads = new HashMap<>();
    private final Map<String, SigningKey> logKeys = new HashMap<>();
    private int numbers;

    private RunFixture(Path folder, Study study) {
        this.folder = folder;
        this.study = study;
        for (String holder : List.of("hub", "a", "b", "c", "d")) {
            logs.put(holder, new ArrayList<>());
        }
        for (String site : List.of("a", "b", "c")) {
            Capsule capsule = capsule(site, study);
            capsules.put(site, capsule);
            add(site, EventDraft.of(EventType.PROCESS_STARTED, site, "site"));
            add(site, EventDraft.of(EventType.SNAPSHOT_ADDED, "op", "operator").ref("snapshot", capsule.snapshot()));
            add(site, EventDraft.of(EventType.STUDY_RECEIVED, site, "site").ref("study", study.digest()));
            add(
                    site,
                    EventDraft.of(EventType.CAPSULE_ACCEPTED, site, "data-officer")
                            .ref("study", study.digest())
                            .ref("decision", capsule.digest()));
        }
        add(
                "hub",
                EventDraft.of(EventType.RUN_STARTED, "Li", "ml-engineer")
                        .about(RUN)
                        .ref("study", study.digest()));
    }

    /** The run of a DP study: float32 arrays, rule mean. */
    static RunFixture dp(Path folder) {
        RunFixture run = new RunFixture(folder, dpStudy(0.1, 1.2));
        run.version(0, "initial", Reply.NOTHING, run.object(new byte[3 * Float.BYTES]), List.of());
        run.trainDp(1, List.of("a", "b", "c"), List.of());
        run.trainDp(2, List.of("a", "b"), List.of("c"));
        run.evaluate();
        run.seal();
        run.tables.put(Tables.PHANTOM, SampleTables.phantom());
        run.tables.put(Tables.SPLITS, SampleTables.splits(List.of("a", "b", "c")));
        run.tables.put(Tables.HEADERS, SampleTables.headers());
        run.tables.put(Tables.PREDICTIONS, SampleTables.predictions(run));
        return run;
    }

    /** The run of an exact study: float64 arrays, rule newton, two rounds, no evaluation. */
    static RunFixture newton(Path folder) {
        RunFixture run = new RunFixture(folder, newtonStudy());
        run.version(0, "initial", Reply.NOTHING, run.object(new byte[3 * Double.BYTES]), List.of());
        for (int round = 1; round <= 2; round++) {
            String exchange = run.open(round, "train", List.of("a", "b", "c"));
            Map<String, byte[]> updates = new LinkedHashMap<>();
            for (String site : List.of("a", "b", "c")) {
                updates.put(site, newtonUpdate(site, round));
            }
            ModelVersion before = run.versions.get(round - 1);
            List<ModelVersion.Input> inputs = new ArrayList<>();
            for (Map.Entry<String, byte[]> update : updates.entrySet()) {
                inputs.add(run.answered(exchange, update.getKey(), update.getValue()));
            }
            byte[] next = HubArithmetic.newton(run.bytes(before.arrays()), updates.values(), 0.25);
            run.close(round, exchange, "newton", run.object(next), inputs, List.of(), 0);
        }
        return run;
    }

    RunEvidence evidence() {
        Map<String, List<Event>> sites = new HashMap<>(logs);
        List<Event> hub = sites.remove("hub");
        return new RunEvidence(
                study,
                versions.get(versions.size() - 1),
                versions,
                capsules,
                hub,
                sites,
                histories(),
                new Tables(tables),
                digest -> Optional.ofNullable(objects.get(digest)));
    }

    /** Heads of all logs as they stand: three of the hub's, one of each site's. */
    private void seal() {
        logs.forEach((holder, log) -> {
            if (!log.isEmpty()) {
                SigningKey key = logKeys.computeIfAbsent(holder, name -> SigningKey.ed25519());
                int size = log.size();
                List<Integer> sizes = "hub".equals(holder) ? List.of(size / 3, size / 2, size) : List.of(size);
                heads.put(
                        holder,
                        new ArrayList<>(
                                sizes.stream().map(at -> head(holder, at, key)).toList()));
            }
        });
    }

    /** A head over the first entries of a log. */
    Checkpoint head(String holder, int size) {
        return head(holder, size, java.util.Objects.requireNonNull(logKeys.get(holder)));
    }

    private Checkpoint head(String holder, int size, SigningKey key) {
        return Checkpoint.sign(origin(holder), size, Merkle.root(leaves(holder).subList(0, size)), key);
    }

    private List<byte[]> leaves(String holder) {
        return logs.get(holder).stream().map(Event::canonical).toList();
    }

    private List<LogHistory> histories() {
        return heads.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> new LogHistory(
                        entry.getKey(),
                        new NoteKey(
                                origin(entry.getKey()),
                                NoteKey.LOG,
                                logKeys.get(entry.getKey()).publicKey()),
                        entry.getValue(),
                        leaves(entry.getKey())))
                .toList();
    }

    private static String origin(String holder) {
        return "osteon/" + FEDERATION + "/" + holder;
    }

    /** Takes the first such event out of a log and closes the gap, as somebody would who keeps the log. */
    void drop(String holder, Predicate<Event> which) {
        List<Event> log = logs.get(holder);
        int at = index(log, which);
        log.remove(at);
        for (int i = at; i < log.size(); i++) {
            log.set(i, moved(log.get(i), i));
        }
    }

    /** Replaces the first such event. */
    void change(String holder, Predicate<Event> which, UnaryOperator<Event> change) {
        List<Event> log = logs.get(holder);
        int at = index(log, which);
        log.set(at, change.apply(log.get(at)));
    }

    /** Cuts a site's log before the first such event, as a copy that is not complete yet. */
    void cut(String holder, Predicate<Event> which) {
        List<Event> log = logs.get(holder);
        log.subList(index(log, which), log.size()).clear();
    }

    static Predicate<Event> is(EventType type, String exchange) {
        return event -> event.type() == type && event.subject().equals(RUN + "/" + exchange);
    }

    static Event with(Event event, String value, Object to) {
        Map<String, String> values = new HashMap<>(event.values());
        values.put(value, String.valueOf(to));
        return new Event(
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
                values,
                event.refs());
    }

    /** The last versions follow anew after one was replaced. */
    void replace(int round, UnaryOperator<ModelVersion> change) {
        versions.set(round, change.apply(versions.get(round)));
        for (int i = round + 1; i < versions.size(); i++) {
            ModelVersion old = versions.get(i);
            versions.set(i, copy(old, old.arrays(), versions.get(i - 1).digest(), old.rule(), old.inputs()));
        }
    }

    static ModelVersion copy(
            ModelVersion old, Digest arrays, Digest parent, String rule, List<ModelVersion.Input> inputs) {
        return new ModelVersion(
                old.schema(),
                old.federation(),
                old.study(),
                old.run(),
                old.round(),
                old.specs(),
                arrays,
                parent,
                rule,
                inputs,
                old.rejected(),
                old.governed());
    }

    Digest object(byte[] bytes) {
        Digest digest = Digest.of(bytes);
        try {
            objects.put(digest, Files.write(folder.resolve("object-" + digest.hex()), bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digest;
    }

    byte[] bytes(Digest digest) {
        try {
            return Files.readAllBytes(objects.get(digest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void trainDp(int round, List<String> training, List<String> refusing) {
        List<String> asked = List.of("a", "b", "c", "d");
        String exchange = open(round, "train", asked);
        Map<String, byte[]> updates = new LinkedHashMap<>();
        List<ModelVersion.Input> inputs = new ArrayList<>();
        if (round == 1) {
            Digest cut = Digest.of(new byte[] {66});
            reserve("b", RUN + "/1/train", cut, TRAIN);
        }
        for (String site : training) {
            updates.put(site, floats(site, round));
            Digest instruction = instruction(exchange, site);
            reserve(site, exchange, instruction, TRAIN);
            commit(site, exchange, instruction, 0.1, 1.2, 10);
            inputs.add(answered(exchange, site, updates.get(site)));
        }
        for (String site : refusing) {
            Digest reply = name("refusal");
            add(
                    site,
                    EventDraft.of(EventType.INSTRUCTION_REFUSED, site, "site")
                            .about(exchange)
                            .refused("CAPSULE_EXPIRED")
                            .ref("study", study.digest())
                            .ref("instruction", instruction(exchange, site))
                            .ref("reply", reply));
            received(exchange, site, reply, Reply.NOTHING);
            add(
                    "hub",
                    EventDraft.of(EventType.UPDATE_REJECTED, "hub", "hub")
                            .about(exchange)
                            .value("site", site)
                            .ref("reply", reply)
                            .refused("CAPSULE_EXPIRED"));
        }
        Digest wild = name("rogue");
        received(exchange, "d", wild, name("rogue update"));
        add(
                "hub",
                EventDraft.of(EventType.UPDATE_REJECTED, "hub", "hub")
                        .about(exchange)
                        .value("site", "d")
                        .ref("reply", wild)
                        .refused("NOT_FINITE"));
        byte[] next = HubArithmetic.mean(bytes(versions.get(round - 1).arrays()), updates.values());
        close(round, exchange, "mean", object(next), inputs, refusing, 0);
    }

    private void evaluate() {
        String exchange = open(2, "evaluate", List.of("a", "b", "c"));
        List<Digest> replies = new ArrayList<>();
        for (String site : List.of("a", "b", "c")) {
            Digest instruction = instruction(exchange, site);
            reserve(site, exchange, instruction, EVALUATE);
            commit(site, exchange, instruction, 1, 4, 1);
            Digest counts = object(SampleTables.histograms(site.charAt(0)));
            Digest reply = sent(exchange, site, counts);
            if (!"c".equals(site)) {
                received(exchange, site, reply, counts);
                add(
                        "hub",
                        EventDraft.of(EventType.UPDATE_ACCEPTED, "hub", "hub")
                                .about(exchange)
                                .value("site", site)
                                .ref("reply", reply));
                replies.add(reply);
            }
        }
        add(
                "hub",
                EventDraft.of(EventType.ROUND_CLOSED, "hub", "hub")
                        .about(exchange)
                        .value("counted", 2)
                        .value("awaited", 1)
                        .ref("model", versions.get(2).digest()));
        receipt(exchange, "a", replies.get(0));
        receipt(exchange, "b", replies.get(1));
    }

    private String open(int round, String exchange, List<String> asked) {
        String subject = RUN + "/" + round + "/" + exchange;
        add(
                "hub",
                EventDraft.of(EventType.ROUND_OPENED, "hub", "hub")
                        .about(subject)
                        .value("sites", asked.size()));
        for (String site : asked) {
            Digest instruction = instruction(subject, site);
            add(
                    "hub",
                    EventDraft.of(EventType.INSTRUCTION_SENT, "hub", "hub")
                            .about(subject)
                            .value("site", site)
                            .ref("instruction", instruction));
            if (!"d".equals(site)) {
                add(
                        site,
                        EventDraft.of(EventType.INSTRUCTION_RECEIVED, site, "site")
                                .about(subject)
                                .ref("study", study.digest())
                                .ref("instruction", instruction));
            }
        }
        return subject;
    }

    /** Sent by the site, received and accepted by the hub. */
    private ModelVersion.Input answered(String exchange, String site, byte[] update) {
        Digest file = object(update);
        Digest reply = sent(exchange, site, file);
        received(exchange, site, reply, file);
        add(
                "hub",
                EventDraft.of(EventType.UPDATE_ACCEPTED, "hub", "hub")
                        .about(exchange)
                        .value("site", site)
                        .ref("reply", reply));
        return new ModelVersion.Input(site, reply, file, study.plan().weight());
    }

    private Digest sent(String exchange, String site, Digest update) {
        Digest reply = name("reply " + site);
        add(
                site,
                EventDraft.of(EventType.UPDATE_SENT, site, "site")
                        .about(exchange)
                        .ref("study", study.digest())
                        .ref("instruction", instruction(exchange, site))
                        .ref("reply", reply)
                        .ref("update", update)
                        .ref("capsule", capsules.get(site).digest()));
        return reply;
    }

    private void received(String exchange, String site, Digest reply, Digest update) {
        add(
                "hub",
                EventDraft.of(EventType.UPDATE_RECEIVED, site, "site")
                        .about(exchange)
                        .ref("instruction", instruction(exchange, site))
                        .ref("reply", reply)
                        .ref("update", update));
    }

    private void reserve(String site, String exchange, Digest instruction, RdpCurve cost) {
        spent.merge(site, cost, RdpCurve::plus);
        add(
                site,
                EventDraft.of(EventType.BUDGET_RESERVED, site, "site")
                        .about(exchange)
                        .ref("study", study.digest())
                        .ref("instruction", instruction));
    }

    private void commit(String site, String exchange, Digest instruction, double rate, double sigma, long steps) {
        add(
                site,
                EventDraft.of(EventType.BUDGET_COMMITTED, site, "site")
                        .about(exchange)
                        .value(
                                "epsilonStudy",
                                spent.get(site).epsilon(study.privacy().delta()))
                        .value("delta", study.privacy().delta())
                        .value("accountant", "rdp")
                        .value("unit", "patient")
                        .value("samplingRate", rate)
                        .value("sigma", sigma)
                        .value("steps", steps)
                        .ref("study", study.digest())
                        .ref("instruction", instruction));
    }

    private void close(
            int round,
            String exchange,
            String rule,
            Digest arrays,
            List<ModelVersion.Input> inputs,
            List<String> refusing,
            int awaited) {
        version(round, rule, versions.get(round - 1).digest(), arrays, inputs);
        add(
                "hub",
                EventDraft.of(EventType.ROUND_CLOSED, "hub", "hub")
                        .about(exchange)
                        .value("counted", inputs.size())
                        .value("awaited", awaited)
                        .ref("model", versions.get(round).digest()));
        inputs.forEach(input -> receipt(exchange, input.site(), input.reply()));
        refusing.forEach(site -> receipt(exchange, site, name("refusal receipt")));
    }

    private void receipt(String exchange, String site, Digest reply) {
        Digest receipt = name("receipt " + site);
        add(
                "hub",
                EventDraft.of(EventType.RECEIPT_SENT, "hub", "hub")
                        .about(exchange)
                        .value("site", site)
                        .ref("receipt", receipt)
                        .ref("reply", reply));
        add(
                site,
                EventDraft.of(EventType.RECEIPT_RECEIVED, site, "site")
                        .about(exchange)
                        .ref("receipt", receipt)
                        .ref("reply", reply));
    }

    private void version(int round, String rule, Digest parent, Digest arrays, List<ModelVersion.Input> inputs) {
        versions.add(new ModelVersion(
                ModelVersion.SCHEMA,
                FEDERATION,
                study.digest(),
                RUN,
                round,
                study.model().arrays(),
                arrays,
                parent,
                rule,
                inputs,
                List.of(),
                true));
    }

    private void add(String holder, EventDraft draft) {
        List<Event> log = logs.get(holder);
        log.add(draft.at(FEDERATION, origin(holder), log.size(), START.plusSeconds(log.size())));
    }

    private Digest name(String what) {
        return Digest.of((what + " " + numbers++).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static Digest instruction(String exchange, String site) {
        return Digest.of((exchange + " " + site).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static byte[] floats(String site, int round) {
        ByteBuffer out = ByteBuffer.allocate(3 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        IntStream.range(0, 3).forEach(i -> out.putFloat((float) (Math.sqrt(site.charAt(0) + i) / (3.7 + round) - i)));
        return out.array();
    }

    /** A gradient and a Hessian of a handful of patients; the third column repeats nothing. */
    private static byte[] newtonUpdate(String site, int round) {
        double[] gradient = new double[3];
        double[][] hessian = new double[3][3];
        for (int patient = 0; patient < 7; patient++) {
            double[] x = {Math.sqrt(2 + patient), (site.charAt(0) - 90 + patient) / 7.0, 1};
            for (int i = 0; i < 3; i++) {
                gradient[i] += x[i] * (patient % 2 - 0.4 / round);
                for (int j = 0; j < 3; j++) {
                    hessian[i][j] += x[i] * x[j] / (4 + round);
                }
            }
        }
        ByteBuffer out = ByteBuffer.allocate(12 * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : gradient) {
            out.putDouble(value);
        }
        for (double[] row : hessian) {
            for (double value : row) {
                out.putDouble(value);
            }
        }
        return out.array();
    }

    private static int index(List<Event> log, Predicate<Event> which) {
        return IntStream.range(0, log.size())
                .filter(i -> which.test(log.get(i)))
                .findFirst()
                .orElseThrow();
    }

    /** The event with another digest under a role. */
    static Event referring(Event event, String role, Digest digest) {
        return new Event(
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
                        .map(ref -> ref.role().equals(role) ? new Event.Ref(role, digest) : ref)
                        .toList());
    }

    static Event moved(Event event, long seq) {
        return new Event(
                event.schema(),
                event.federation(),
                event.origin(),
                seq,
                event.type(),
                event.time(),
                event.actor(),
                event.role(),
                event.subject(),
                event.outcome(),
                event.reason(),
                event.values(),
                event.refs());
    }

    private static Capsule capsule(String site, Study study) {
        boolean dp = study.plan().differentiallyPrivate();
        return new Capsule(
                Capsule.SCHEMA,
                FEDERATION,
                Digest.of(new byte[] {1}),
                study.digest(),
                site,
                Digest.of(new byte[] {2}),
                "osteon-site/0.1.0",
                dp ? 4.5 : 0,
                dp ? 1e-5 : 0,
                5,
                List.of("update"),
                "Predict fracture risk.",
                List.of(),
                START,
                START.plusSeconds(86_400),
                START);
    }

    static Study dpStudy(double samplingRate, double sigma) {
        List<ArraySpec> arrays =
                List.of(ArraySpec.shared("weight", "float32", 1, 2), ArraySpec.shared("bias", "float32", 1));
        return study(
                arrays,
                new TrainingPlan.DpSgd(2, 10, samplingRate, 1, sigma, 0.5, 64, 80, 1),
                Study.PrivacyPlan.dp(4.5, 1e-5),
                new Study.EvaluationPlan(0.3, 32, 4),
                Checks.ids());
    }

    private static Study newtonStudy() {
        List<ArraySpec> arrays =
                List.of(ArraySpec.shared("weight", "float64", 1, 2), ArraySpec.shared("bias", "float64", 1));
        return study(
                arrays,
                new TrainingPlan.Newton(2, 0.25, 1),
                Study.PrivacyPlan.exact(),
                new Study.EvaluationPlan(0, 2, 0),
                List.of("D-01", "E-01", "E-03", "B-01", "C-09"));
    }

    private static Study study(
            List<ArraySpec> arrays,
            TrainingPlan plan,
            Study.PrivacyPlan privacy,
            Study.EvaluationPlan evaluation,
            List<String> conformance) {
        return new Study(
                Study.SCHEMA,
                FEDERATION,
                "fracture-risk",
                1,
                "",
                "Predict fracture risk.",
                List.of(new Study.Party("sponsor", "Hospital A")),
                "EC-1",
                new Study.Cohort(
                        "SELECT patient, age, bmd, fracture FROM export",
                        "fracture",
                        2,
                        List.of(new Study.Feature("age", 70, 10), new Study.Feature("bmd", 1, 0.1)),
                        20),
                new Study.ModelSpec("logistic", List.of(), arrays, 0),
                plan,
                privacy,
                evaluation,
                List.of(new Study.ReleaseItem(
                        "update", plan.differentiallyPrivate() ? "noised" : "exact", "train", "model change")),
                new Study.Participation(List.of(), 2, 60),
                conformance,
                "until-release");
    }
}
