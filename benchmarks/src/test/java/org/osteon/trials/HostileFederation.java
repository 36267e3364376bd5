package org.osteon.trials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.protocol.call.CallSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.AddKeyRequest;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.ModelRef;
import org.osteon.protocol.v1.RunConformanceRequest;
import org.osteon.protocol.v1.StudyRef;

/**
 * A federation with something of everything in it, so that a request of each method can be valid: a site with an agent,
 * data and a trained and released model, and two sites that the trial itself plays.
 */
final class HostileFederation implements AutoCloseable {
    static final String AGENT = "north";
    static final String RELEASER = "Dr Li";
    private static final String DECLARER = "Dr Li";
    private static final Path SAMPLES = Path.of("..", "sample-data");

    private final Path folder;
    private final Federation federation;
    private final ManagedChannel hub;
    private final WireSite south;
    private final WireSite east;
    private final Map<String, SigningKey> clients = new ConcurrentHashMap<>();
    private final SigningKey releaser = SigningKey.ed25519();
    private final SigningKey declarer = SigningKey.ed25519();
    private final Study learned;
    private final String run;
    private final String model;

    HostileFederation(Path folder, String heap) throws IOException {
        this.folder = folder;
        federation = new Federation(Files.createDirectory(folder.resolve("federation")))
                .withHub(List.of("--allow-ungoverned", "--console", "127.0.0.1:0"), DaemonMemory.options(heap));
        federation.enrol(
                AGENT,
                "--epsilon-ceiling",
                "5",
                "--epsilon-total",
                "100",
                "--delta-ceiling",
                "1e-5",
                "--console",
                "127.0.0.1:0");
        federation.startSite(AGENT, DaemonMemory.options(heap));
        federation.map(AGENT, SAMPLES.resolve("hospital-c").resolve("export.csv"));
        south = new WireSite(federation.enrol("south"));
        east = new WireSite(federation.enrol("east"));
        hub = Grpc.newChannelBuilder(federation.hubAddress(), TlsPin.channelCredentials(new Digest(pin())))
                .maxInboundMessageSize(64 * 1024 * 1024)
                .build();
        learned = publish("learned", AGENT);
        approveAtAgent(learned);
        JsonNode end = train(learned);
        run = end.path("run").asText();
        model = end.path("model").asText();
        release();
    }

    Federation federation() {
        return federation;
    }

    WireSite south() {
        return south;
    }

    WireSite east() {
        return east;
    }

    SigningKey releaser() {
        return releaser;
    }

    /** The study that the agent trained. */
    Study learned() {
        return learned;
    }

    /** The run of that study. */
    String run() {
        return run;
    }

    /** The model of that run, released. */
    String model() {
        return model;
    }

    /** The hub's pin. */
    String pin() {
        return Settings.read(federation.hub()).text("tlsPin");
    }

    /** A client key that the hub made. */
    SigningKey client(String name) {
        return clients.computeIfAbsent(
                name,
                unused -> KeyFile.readPlain(federation.hub().resolve("clients").resolve(name + ".key")));
    }

    /** A site's officer's key. */
    SigningKey officer(String site) {
        try {
            return KeyFile.readEncrypted(
                    federation.officerKey(site),
                    Files.readString(federation.passphrase()).strip().toCharArray());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The hub's port as one of its people. */
    HubGrpc.HubBlockingStub hubAs(String name) {
        return HubGrpc.newBlockingStub(
                        ClientInterceptors.intercept(hub, new CallSigner(client(name), Clock.systemUTC())))
                .withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    /** The sample study for these sites, one round, no evaluation, under its own name. */
    Study publish(String name, String... sites) throws IOException {
        ObjectNode tree = (ObjectNode) CanonicalJson.readTree(
                Files.readAllBytes(SAMPLES.resolve("studies").resolve("fracture-risk.json")));
        tree.put("name", name);
        ((ObjectNode) tree.path("plan")).put("rounds", 1);
        ((ObjectNode) tree.path("evaluation")).put("heldOutFraction", 0);
        ((ArrayNode) tree.path("releases")).remove(2);
        ObjectNode participation = (ObjectNode) tree.path("participation");
        participation.put("quorum", 1).put("roundSeconds", 3_000);
        ArrayNode named = participation.putArray("sites");
        List.of(sites).forEach(named::add);
        ((ArrayNode) tree.path("conformance")).removeAll().add("E-01");
        Study study = CanonicalJson.bind(tree, Study.class);
        Path file = Files.write(folder.resolve(name + ".json"), study.canonical());
        federation.done(
                "study", "publish", file.toString(), "--hub", federation.hub().toString());
        return study;
    }

    /** Approves at the agent as its officer, once the study is there. */
    void approveAtAgent(Study study) {
        String digest = study.digest().hex();
        federation.done("study", "dry-run", digest, "--hub", federation.hub().toString());
        Federation.Answer approved = federation.approve(
                AGENT, digest, study.privacy().epsilon(), study.plan().rounds());
        if (approved.exit() != 0) {
            throw new AssertionError("not approved: " + approved.error());
        }
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!decided(study)) {
            if (System.nanoTime() > until) {
                throw new AssertionError("the capsule does not reach the hub");
            }
        }
    }

    private boolean decided(Study study) {
        String list = hubAs("engineer").listStudies(Empty.getDefaultInstance()).getJson();
        for (JsonNode known :
                CanonicalJson.readTree(list.getBytes(StandardCharsets.UTF_8)).path("studies")) {
            if (known.path("study").asText().equals(study.digest().hex())) {
                return "capsule".equals(known.path("decisions").path(AGENT).asText());
            }
        }
        return false;
    }

    /** A run from its start to its end. */
    JsonNode train(Study study) {
        JsonNode end = federation.follow(start(study));
        if (!"completed".equals(end.path("state").asText())) {
            throw new AssertionError("the run is " + end + federation.troubles());
        }
        return end;
    }

    String start(Study study) {
        String run = hubAs("engineer")
                .startRun(StudyRef.newBuilder().setStudy(study.digest().hex()).build())
                .getJson();
        return CanonicalJson.readTree(run.getBytes(StandardCharsets.UTF_8))
                .path("run")
                .asText();
    }

    /** A release of the model, signed by the releaser. */
    SignedDocument<Release> signedRelease() {
        ModelRef reference = ModelRef.newBuilder().setModel(model).build();
        ModelVersion version = SignedDocument.read(
                        hubAs("engineer").showModel(reference).getEnvelope().toByteArray(), ModelVersion.class)
                .document();
        byte[] report =
                hubAs("engineer").conformanceReport(reference).getEnvelope().toByteArray();
        return SignedDocument.sign(
                new Release(
                        Release.SCHEMA,
                        version.federation(),
                        version.study(),
                        version.digest(),
                        version.arrays(),
                        Digest.of(CanonicalJson.write(
                                CanonicalJson.readTree(report).path("document"))),
                        RELEASER,
                        "I release this model.",
                        Instant.now().truncatedTo(ChronoUnit.SECONDS)),
                releaser);
    }

    /** Limits under the signature of the declarer. */
    ByteString declaration() {
        return ByteString.copyFrom(SignedDocument.sign(
                        new Declaration(Declaration.SCHEMA, "ortho-net", DECLARER, Map.of("D-01", 0.01)), declarer)
                .bytes());
    }

    private void release() {
        hubAs("operator")
                .addKey(AddKeyRequest.newBuilder()
                        .setRole("releaser")
                        .setHolder(RELEASER)
                        .setKeyPem(releaser.publicKey().pem())
                        .build());
        hubAs("operator")
                .addKey(AddKeyRequest.newBuilder()
                        .setRole("declaration")
                        .setHolder(DECLARER)
                        .setKeyPem(declarer.publicKey().pem())
                        .build());
        hubAs("engineer")
                .runConformance(RunConformanceRequest.newBuilder()
                        .setModel(model)
                        .setDeclaration(declaration())
                        .build());
        hubAs("engineer")
                .releaseModel(org.osteon.protocol.v1.Document.newBuilder()
                        .setEnvelope(ByteString.copyFrom(signedRelease().bytes()))
                        .build());
    }

    @Override
    public void close() {
        hub.shutdownNow();
        south.close();
        east.close();
        federation.close();
    }
}
