package org.osteon.cli.officer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.Answer;
import org.osteon.protocol.v1.Document;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.SiteGrpc;
import org.osteon.protocol.v1.StudyRef;

/** Stands in an agent's place with an agent's folder, and says and shows what a test tells it to. */
final class ImpostorAgent implements AutoCloseable {
    static final String SITE = "north";

    private final Path folder;
    private final Server server;
    private final SigningKey hub = SigningKey.ed25519();
    private final FederationRoot root;
    private final List<byte[]> handedIn = new CopyOnWriteArrayList<>();
    private final Map<String, String> listed = new LinkedHashMap<>();
    private final Map<String, String> runs = new LinkedHashMap<>();
    private volatile byte[] study = new byte[0];
    private volatile String shown = "";
    private volatile UnaryOperator<ObjectNode> lie = facts -> facts;

    ImpostorAgent(Path folder) throws IOException {
        this.folder = folder;
        root = new FederationRoot(
                FederationRoot.SCHEMA,
                "ortho-net",
                hub.publicKey(),
                "osteon/ortho-net/hub",
                SigningKey.ed25519().publicKey(),
                Instant.parse("2026-11-24T08:00:00Z"));
        TlsIdentity tls = TlsIdentity.create(folder, List.of("127.0.0.1"));
        server = Grpc.newServerBuilderForPort(0, tls.serverCredentials())
                .addService(new Desk())
                .build()
                .start();
        Files.write(folder.resolve("federation-root.json"), root.canonical());
        KeyFile.writePlain(
                Files.createDirectory(folder.resolve("clients")).resolve("officer.key"), SigningKey.ed25519());
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("role", "site");
        settings.put("site", SITE);
        settings.put("federation", "ortho-net");
        settings.put("address", "127.0.0.1:" + server.getPort());
        settings.put("tlsPin", tls.pin().hex());
        Files.writeString(folder.resolve(Settings.FILE), Settings.format(settings));
    }

    Path folder() {
        return folder;
    }

    SigningKey hub() {
        return hub;
    }

    /** What was handed in, envelopes. */
    List<byte[]> handedIn() {
        return handedIn;
    }

    /** The sample study under another name. */
    static Study sample(String name) throws IOException {
        ObjectNode tree = (ObjectNode) CanonicalJson.readTree(
                Files.readAllBytes(Path.of("..", "sample-data", "studies", "fracture-risk.json")));
        tree.put("name", name);
        return CanonicalJson.bind(tree, Study.class);
    }

    /** Shows this study, signed by that key, and lists it under a digest. */
    void shows(Study asked, SigningKey by, Digest as) {
        study = SignedDocument.sign(asked, by).bytes();
        shown = asked.digest().hex();
        listed.clear();
        listed.put(as.hex(), "open");
    }

    /** Shows this foreign run, and lists it under a digest. */
    void shows(HostedRun asked, Digest as) {
        study = SignedDocument.sign(asked, SigningKey.ed25519()).bytes();
        shown = asked.digest().hex();
        listed.clear();
        runs.clear();
        runs.put(as.hex(), "open");
    }

    /** Shows this study, and is honest about it. */
    Study honest(String name) throws IOException {
        Study asked = sample(name);
        shows(asked, hub, asked.digest());
        lie = facts -> facts;
        return asked;
    }

    /** Changes what it says of itself from now on. */
    void lies(UnaryOperator<ObjectNode> change) {
        lie = change;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private ObjectNode facts() {
        ObjectNode facts = JsonNodeFactory.instance.objectNode();
        facts.put("site", SITE);
        facts.put("trustRoot", root.digest().hex());
        facts.put("agentRelease", "osteon-site/0.1.0");
        facts.put("study", shown);
        facts.put("snapshot", Digest.of(new byte[] {1}).hex());
        facts.put("patients", 412);
        facts.putArray("columns")
                .addObject()
                .put("name", "age")
                .put("type", "int64")
                .put("action", "age-band");
        facts.put("planned", 4.3);
        facts.put("remaining", 9.0);
        facts.putObject("policy")
                .put("epsilonCeiling", 5.0)
                .put("epsilonTotal", 10.0)
                .put("deltaCeiling", 1e-5)
                .put("k", 10)
                .put("allowExact", false)
                .put("officersNeeded", 1);
        facts.putArray("objections");
        facts.put("decision", "open");
        facts.put("capsule", "");
        return lie.apply(facts);
    }

    private final class Desk extends SiteGrpc.SiteImplBase {
        @Override
        public void listStudies(Empty request, StreamObserver<Answer> observer) {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            var studies = answer.putArray("studies");
            listed.forEach((digest, decision) -> studies.addObject()
                    .put("study", digest)
                    .put("name", "harmless")
                    .put("version", 1)
                    .put("decision", decision));
            var hosted = answer.putArray("hosted");
            runs.forEach((digest, decision) -> hosted.addObject()
                    .put("study", digest)
                    .put("app", "harmless")
                    .put("decision", decision));
            json(observer, answer);
        }

        @Override
        public void showStudy(StudyRef request, StreamObserver<Document> observer) {
            observer.onNext(Document.newBuilder()
                    .setEnvelope(ByteString.copyFrom(study))
                    .build());
            observer.onCompleted();
        }

        @Override
        public void review(StudyRef request, StreamObserver<Answer> observer) {
            json(observer, facts());
        }

        @Override
        public void decide(Document request, StreamObserver<Answer> observer) {
            handedIn.add(request.getEnvelope().toByteArray());
            json(
                    observer,
                    JsonNodeFactory.instance.objectNode().put("site", SITE).put("hub", "DECISION_TAKEN"));
        }

        private static void json(StreamObserver<Answer> observer, ObjectNode answer) {
            observer.onNext(Answer.newBuilder()
                    .setJson(new String(CanonicalJson.write(answer), StandardCharsets.UTF_8))
                    .build());
            observer.onCompleted();
        }
    }
}
