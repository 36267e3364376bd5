package org.osteon.audit.bundle;

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
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogReader;
import org.osteon.audit.log.TileLog;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.Instruction;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Receipt;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.document.TrustDocument.TrustedKey;
import org.osteon.protocol.document.TrustDocument.TrustedLog;
import org.osteon.protocol.sign.SigningKey;

/** A federation of a hub and sites a, b and c: c refuses the first study, a and b train one round on the second. */
final class EvidenceFixture {
    static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
    static final Instant END = Instant.parse("2030-01-01T00:00:00Z");
    static final String FEDERATION = "ortho-net";
    static final List<ArraySpec> SPECS = List.of(ArraySpec.shared("weight", "float32", 1, 2));

    final SigningKey hubKey = SigningKey.ed25519();
    final SigningKey releaser = SigningKey.ed25519();
    final SigningKey declarer = SigningKey.ed25519();
    final Map<String, SigningKey> officers = new HashMap<>();
    final Map<String, SigningKey> nodes = new HashMap<>();
    final Map<String, SigningKey> cosigners = new HashMap<>();
    final Map<String, SigningKey> logKeys = new HashMap<>();
    final Map<String, TileLog> logs = new LinkedHashMap<>();
    final Map<Digest, byte[]> documents = new LinkedHashMap<>();
    final Map<Digest, Path> objects = new LinkedHashMap<>();
    final FederationRoot root;
    final Path folder;
    final Digest refusal;
    final ModelVersion model;
    final SignedDocument<Release> release;
    private Instant now = START;

    /** A conformance report, of which this room knows the envelope only. */
    record Report(
            String schema, String federation, Digest model, SignedDocument<Declaration> declaration, String verdict)
            implements Document {}

    /** The limits a report was judged by. */
    record Declaration(String schema, String federation, String declaredBy) implements Document {}

    EvidenceFixture(Path folder) {
        this.folder = folder;
        for (String holder : List.of("hub", "a", "b", "c")) {
            officers.put(holder, SigningKey.ed25519());
            nodes.put(holder, SigningKey.ecdsaP384());
            cosigners.put(holder, SigningKey.ed25519());
            logKeys.put(holder, SigningKey.ed25519());
            logs.put(holder, TileLog.open(folder.resolve("log-" + holder), origin(holder), logKeys.get(holder), 0));
        }
        root = new FederationRoot(
                FederationRoot.SCHEMA,
                FEDERATION,
                hubKey.publicKey(),
                origin("hub"),
                logKeys.get("hub").publicKey(),
                START);
        event("hub", EventDraft.of(EventType.FEDERATION_CREATED, "hub", "hub"));
        Study first = study(1, "", 4);
        Digest asked = signed(first, hubKey);
        event("hub", EventDraft.of(EventType.STUDY_PUBLISHED, "hub", "hub").ref("study", asked));
        refusal = signed(
                new Refusal(Refusal.SCHEMA, FEDERATION, asked, "c", "Too much privacy budget is asked.", now),
                officers.get("c"));
        for (String holder : List.of("c", "hub")) {
            event(
                    holder,
                    EventDraft.of(EventType.REFUSAL, "c", "data-officer")
                            .ref("study", asked)
                            .ref("refusal", refusal));
        }
        Study second = study(2, asked.hex(), 2);
        Digest study = signed(second, hubKey);
        event("hub", EventDraft.of(EventType.STUDY_PUBLISHED, "hub", "hub").ref("study", study));
        Map<String, Digest> capsules = new HashMap<>();
        for (String site : List.of("a", "b")) {
            Digest capsule = signed(capsule(study, site), officers.get(site));
            capsules.put(site, capsule);
            for (String holder : List.of(site, "hub")) {
                event(
                        holder,
                        EventDraft.of(EventType.CAPSULE_ACCEPTED, site, "data-officer")
                                .ref("study", study)
                                .ref("capsule", capsule));
            }
        }
        cosignAll();
        event(
                "hub",
                EventDraft.of(EventType.UNGOVERNED_RUN_STARTED, "Li", "ml-engineer")
                        .about("run-u"));
        event(
                "hub",
                EventDraft.of(EventType.RUN_COMPLETED, "hub", "hub")
                        .about("run-u")
                        .ref("model", Digest.of(new byte[] {9})));
        event(
                "hub",
                EventDraft.of(EventType.RUN_STARTED, "Li", "ml-engineer")
                        .about("run-1")
                        .ref("study", study));
        ModelVersion initial = model(study, 0, object(0, 0), Reply.NOTHING, List.of());
        created(initial, study);
        List<ModelVersion.Input> inputs = new ArrayList<>();
        for (String site : List.of("a", "b")) {
            inputs.add(train(site, study, capsules.get(site), initial));
        }
        model = model(study, 1, object(0.5f, 0.25f), initial.digest(), inputs);
        created(model, study);
        for (ModelVersion.Input input : inputs) {
            receipt(input, study);
        }
        Declaration limits = new Declaration("osteon.declaration/1", FEDERATION, "Dr. Mei");
        Digest report = signed(
                new Report(
                        "osteon.conformance-report/1",
                        FEDERATION,
                        model.digest(),
                        SignedDocument.sign(limits, declarer),
                        "PASS"),
                hubKey);
        event(
                "hub",
                EventDraft.of(EventType.CONFORMANCE_RUN, "hub", "hub")
                        .ref("study", study)
                        .ref("report", report));
        release = SignedDocument.sign(
                new Release(
                        Release.SCHEMA,
                        FEDERATION,
                        study,
                        model.digest(),
                        model.arrays(),
                        report,
                        "Dr. Lin",
                        "Released for the pilot.",
                        now),
                releaser);
        event(
                "hub",
                EventDraft.of(EventType.MODEL_RELEASED, "Dr. Lin", "releaser")
                        .ref("study", study)
                        .ref("model", model.digest())
                        .ref("release", release.digest()));
        cosignAll();
    }

    static String origin(String holder) {
        return "osteon.example/" + FEDERATION + "/" + holder;
    }

    private ModelVersion.Input train(String site, Digest study, Digest capsule, ModelVersion start) {
        Digest asked = signed(
                new Instruction(
                        Instruction.SCHEMA,
                        FEDERATION,
                        study,
                        "run-1",
                        1,
                        "train",
                        site,
                        "17",
                        start.digest(),
                        start.arrays(),
                        capsule,
                        1,
                        now,
                        now.plusSeconds(60)),
                hubKey);
        both(site, EventType.INSTRUCTION_SENT, EventType.INSTRUCTION_RECEIVED, study, "instruction", asked);
        Digest update = object(site.charAt(0), 1);
        Digest reply = signed(
                new Reply(
                        Reply.SCHEMA,
                        FEDERATION,
                        study,
                        "run-1",
                        1,
                        "train",
                        site,
                        "17",
                        asked,
                        1,
                        "update",
                        "",
                        SPECS,
                        update,
                        "le",
                        1,
                        capsule),
                nodes.get(site));
        event(
                site,
                EventDraft.of(EventType.UPDATE_SENT, site, "site")
                        .ref("study", study)
                        .ref("reply", reply)
                        .ref("update", update));
        event(
                "hub",
                EventDraft.of(EventType.UPDATE_RECEIVED, site, "site")
                        .ref("study", study)
                        .ref("reply", reply)
                        .ref("update", update));
        event(
                "hub",
                EventDraft.of(EventType.UPDATE_ACCEPTED, "hub", "hub")
                        .about("run-1/1/train")
                        .ref("reply", reply));
        return new ModelVersion.Input(site, reply, update, 1);
    }

    private void receipt(ModelVersion.Input input, Digest study) {
        Digest receipt = signed(
                new Receipt(
                        Receipt.SCHEMA,
                        FEDERATION,
                        study,
                        "run-1",
                        1,
                        "train",
                        input.site(),
                        input.reply(),
                        input.update(),
                        "counted",
                        "",
                        model.digest(),
                        now),
                hubKey);
        both(input.site(), EventType.RECEIPT_SENT, EventType.RECEIPT_RECEIVED, study, "receipt", receipt);
    }

    private void both(String site, EventType sent, EventType received, Digest study, String role, Digest document) {
        event("hub", EventDraft.of(sent, "hub", "hub").ref("study", study).ref(role, document));
        event(site, EventDraft.of(received, site, "site").ref("study", study).ref(role, document));
    }

    private void created(ModelVersion version, Digest study) {
        Digest digest = signed(version, hubKey);
        event(
                "hub",
                EventDraft.of(EventType.MODEL_CREATED, "hub", "hub")
                        .ref("study", study)
                        .ref("model", digest));
    }

    private static ModelVersion model(
            Digest study, int round, Digest arrays, Digest parent, List<ModelVersion.Input> inputs) {
        return new ModelVersion(
                ModelVersion.SCHEMA,
                FEDERATION,
                study,
                "run-1",
                round,
                SPECS,
                arrays,
                parent,
                round == 0 ? "initial" : "mean",
                inputs,
                List.of(),
                true);
    }

    private Capsule capsule(Digest study, String site) {
        return new Capsule(
                Capsule.SCHEMA,
                FEDERATION,
                root.digest(),
                study,
                site,
                Digest.of(site.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                "osteon-site/0.1.0",
                2,
                1e-5,
                3,
                List.of("update"),
                "Predict fracture risk.",
                List.of(),
                START,
                END,
                now);
    }

    private static Study study(int version, String previous, double epsilon) {
        return new Study(
                Study.SCHEMA,
                FEDERATION,
                "fracture-risk",
                version,
                previous,
                "Predict fracture risk.",
                List.of(new Study.Party("sponsor", "Hospital A")),
                "EC-1",
                new Study.Cohort(
                        "SELECT patient, age, fracture FROM export",
                        "fracture",
                        2,
                        List.of(new Study.Feature("age", 70, 10)),
                        20),
                new Study.ModelSpec("logistic", List.of(), SPECS, 0),
                new TrainingPlan.DpSgd(3, 20, 0.1, 1, 1.2, 0.5, 64, 80, 1),
                Study.PrivacyPlan.dp(epsilon, 1e-5),
                new Study.EvaluationPlan(0.3, 40, 6),
                List.of(new Study.ReleaseItem("update", "noised", "train", "noised model change")),
                new Study.Participation(List.of("a", "b", "c"), 2, 60),
                List.of("D-01"),
                "until-release");
    }

    private Digest object(float first, float second) {
        byte[] bytes = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(first)
                .putFloat(second)
                .array();
        Digest digest = Digest.of(bytes);
        try {
            objects.put(digest, Files.write(folder.resolve("object-" + digest.brief()), bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return digest;
    }

    Digest signed(Document document, SigningKey key) {
        documents.put(document.digest(), SignedDocument.sign(document, key).bytes());
        return document.digest();
    }

    void event(String holder, EventDraft draft) {
        TileLog log = logs.get(holder);
        now = now.plusSeconds(1);
        long seq = log.checkpoint().size();
        log.append(seq, List.of(draft.at(FEDERATION, origin(holder), seq, now).leaf()));
    }

    /** Hub and sites cosign each other's newest heads. */
    void cosignAll() {
        now = now.plusSeconds(1);
        for (String site : List.of("a", "b", "c")) {
            cosign("hub", site);
            cosign(site, "hub");
        }
    }

    private void cosign(String holder, String witness) {
        Checkpoint head = logs.get(holder).checkpoint();
        logs.get(holder).addCosignature(head.size(), head.cosignature(witness, cosigners.get(witness), now));
    }

    LogEvidence evidence(String holder) {
        TileLog log = logs.get(holder);
        Path at = folder.resolve("log-" + holder);
        return LogEvidence.of(holder, log.checkpoint(), log.cosigned(), new LogReader(at));
    }

    BundleInput input() {
        return new BundleInput(
                release,
                evidence("hub"),
                List.of(evidence("a"), evidence("b"), evidence("c")),
                List.copyOf(documents.values()),
                objects);
    }

    /** What a hub hands out; the input above is made by hand. */
    EvidenceSource source() {
        return new EvidenceSource() {
            @Override
            public Optional<byte[]> document(Digest digest) {
                return Optional.ofNullable(documents.get(digest));
            }

            @Override
            public Optional<Path> object(Digest digest) {
                return Optional.ofNullable(objects.get(digest));
            }
        };
    }

    Path bundle(String name) {
        Path file = folder.resolve(name);
        BundleWriter.write(file, input());
        return file;
    }

    SignedDocument<TrustDocument> trust() {
        return trust(END, true);
    }

    /** The trust document, with officers' keys valid until then with or without the sizes seen. */
    SignedDocument<TrustDocument> trust(Instant officersUntil, boolean sizes) {
        List<TrustedKey> keys = new ArrayList<>();
        List<TrustedLog> known = new ArrayList<>();
        for (String holder : logs.keySet()) {
            keys.add(new TrustedKey("officer", holder, officers.get(holder).publicKey(), START, officersUntil, ""));
            keys.add(new TrustedKey("node", holder, nodes.get(holder).publicKey(), START, END, ""));
            keys.add(new TrustedKey("cosigner", holder, cosigners.get(holder).publicKey(), START, END, ""));
            Checkpoint head = logs.get(holder).checkpoint();
            known.add(new TrustedLog(
                    holder,
                    origin(holder),
                    logKeys.get(holder).publicKey(),
                    sizes ? head.size() : 0,
                    sizes ? head.rootBase64() : ""));
        }
        keys.add(new TrustedKey("releaser", "Dr. Lin", releaser.publicKey(), START, END, ""));
        keys.add(new TrustedKey("declaration", "Dr. Mei", declarer.publicKey(), START, END, ""));
        return SignedDocument.sign(new TrustDocument(TrustDocument.SCHEMA, root, 1, keys, known, 2, START), hubKey);
    }
}
