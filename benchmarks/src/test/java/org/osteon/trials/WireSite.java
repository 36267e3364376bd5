package org.osteon.trials;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.osteon.protocol.call.CallSigner;
import org.osteon.protocol.call.NodeSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.PushDecisionRequest;
import org.osteon.protocol.v1.SiteLinkGrpc;

/** An enrolled site that speaks to the hub's port from inside the trial, with its own node key and no agent. */
final class WireSite implements AutoCloseable {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final int MAX_MESSAGE = 16 * 1024 * 1024;

    private final Path folder;
    private final Settings settings;
    private final SigningKey node;
    private final NodeSigner fleetSigner;
    private final CallSigner linkSigner;
    private final List<ManagedChannel> connections = new CopyOnWriteArrayList<>();
    private final ManagedChannel first;

    /** The site of an enrolled folder whose agent does not run. */
    WireSite(Path folder) {
        this.folder = folder;
        this.settings = Settings.read(folder);
        this.node = KeyFile.readPlain(folder.resolve("node.key"));
        this.fleetSigner = new NodeSigner(node, CLOCK);
        this.linkSigner = new CallSigner(node, CLOCK);
        this.first = connect();
    }

    Path folder() {
        return folder;
    }

    String name() {
        return settings.text("site");
    }

    SigningKey node() {
        return node;
    }

    FederationRoot root() {
        try {
            return CanonicalJson.read(Files.readAllBytes(folder.resolve("federation-root.json")), FederationRoot.class);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** One more TLS connection of its own. */
    ManagedChannel connect() {
        ManagedChannel channel = Grpc.newChannelBuilder(
                        settings.text("hub"), TlsPin.channelCredentials(new Digest(settings.text("hubPin"))))
                .maxInboundMessageSize(MAX_MESSAGE)
                .build();
        connections.add(channel);
        return channel;
    }

    /** One more TLS connection, on which nothing goes to and fro but calls: no pings that measure the line. */
    ManagedChannel connectQuietly() {
        ManagedChannel channel = NettyChannelBuilder.forTarget(
                        settings.text("hub"), TlsPin.channelCredentials(new Digest(settings.text("hubPin"))))
                .flowControlWindow(MAX_MESSAGE)
                .build();
        connections.add(channel);
        return channel;
    }

    /** The channel with the node's signature on each Fleet call. */
    Channel asNode(ManagedChannel channel) {
        return ClientInterceptors.intercept(channel, fleetSigner);
    }

    /** The channel with the node's signature over each call's body. */
    Channel asCaller(ManagedChannel channel) {
        return ClientInterceptors.intercept(channel, linkSigner);
    }

    FleetGrpc.FleetBlockingStub fleet() {
        return fleet(first);
    }

    FleetGrpc.FleetBlockingStub fleet(ManagedChannel channel) {
        return FleetGrpc.newBlockingStub(asNode(channel)).withDeadlineAfter(120, TimeUnit.SECONDS);
    }

    SiteLinkGrpc.SiteLinkBlockingStub link() {
        return SiteLinkGrpc.newBlockingStub(asCaller(first)).withDeadlineAfter(120, TimeUnit.SECONDS);
    }

    /** Flower's node of this site, asked from the hub. */
    Node self() {
        ByteString key = ByteString.copyFromUtf8(node.publicKey().pem());
        long id = fleet().registerNode(
                        RegisterNodeFleetRequest.newBuilder().setPublicKey(key).build())
                .getNodeId();
        return Node.newBuilder().setNodeId(id).build();
    }

    void activate() {
        fleet().activateNode(ActivateNodeRequest.newBuilder()
                .setPublicKey(ByteString.copyFromUtf8(node.publicKey().pem()))
                .setHeartbeatInterval(30)
                .build());
    }

    /** The capsule that allows exactly what a study asks. */
    Capsule capsule(Study study) {
        FederationRoot root = root();
        Instant now = CLOCK.instant().truncatedTo(ChronoUnit.SECONDS);
        return new Capsule(
                Capsule.SCHEMA,
                root.federation(),
                root.digest(),
                study.digest(),
                name(),
                Digest.of(name().getBytes(StandardCharsets.UTF_8)),
                "osteon-site/0.1.0",
                study.privacy().epsilon(),
                study.privacy().delta(),
                study.plan().rounds(),
                study.releases().stream().map(Study.ReleaseItem::name).toList(),
                study.purpose(),
                List.of(),
                now,
                now.plus(1, ChronoUnit.DAYS),
                now);
    }

    /** Hands in the capsule signed by the site's officer. */
    Digest approve(Study study, SigningKey officer) {
        SignedDocument<Capsule> capsule = SignedDocument.sign(capsule(study), officer);
        link().pushDecision(PushDecisionRequest.newBuilder()
                .setEnvelope(ByteString.copyFrom(capsule.bytes()))
                .build());
        return capsule.digest();
    }

    @Override
    public void close() {
        connections.forEach(ManagedChannel::shutdownNow);
    }
}
