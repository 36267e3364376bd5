package org.osteon.trials;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.osteon.protocol.call.CallSigner;
import org.osteon.protocol.call.NodeSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.SiteGrpc;
import org.osteon.protocol.v1.SiteLinkGrpc;

/**
 * A site's keys in the trial's hands: calls at the hub as the site's node would make them and at the site's own port as
 * its people would, with the headers of the last call of each kind kept so that they can be used once more.
 */
final class SiteNode implements AutoCloseable {
    private static final int LIMIT = 40;

    private final Path folder;
    private final Settings settings;
    private final SigningKey key;
    private final Clock clock;
    private final ManagedChannel hub;
    private final ManagedChannel own;
    private final AtomicReference<Metadata> fleetHeaders = new AtomicReference<>(new Metadata());
    private final AtomicReference<Metadata> callHeaders = new AtomicReference<>(new Metadata());

    SiteNode(Path folder, Clock clock) {
        this.folder = folder;
        this.settings = Settings.read(folder);
        this.key = KeyFile.readPlain(folder.resolve("node.key"));
        this.clock = clock;
        this.hub = Grpc.newChannelBuilder(
                        settings.text("hub"), TlsPin.channelCredentials(new Digest(settings.text("hubPin"))))
                .build();
        this.own = Grpc.newChannelBuilder(
                        settings.text("address"), TlsPin.channelCredentials(new Digest(settings.text("tlsPin"))))
                .build();
    }

    /** The site's name. */
    String name() {
        return settings.text("site");
    }

    /** The node key. */
    SigningKey key() {
        return key;
    }

    /** Flower's calls, signed by the node key. */
    FleetGrpc.FleetBlockingStub fleet() {
        return limited(FleetGrpc.newBlockingStub(signed(hub, fleetHeaders, new NodeSigner(key, clock))));
    }

    /** Flower's calls with headers that were used before. */
    FleetGrpc.FleetBlockingStub fleet(Metadata headers) {
        return limited(FleetGrpc.newBlockingStub(replayed(hub, headers)));
    }

    /** Osteon's own calls, signed by the node key. */
    SiteLinkGrpc.SiteLinkBlockingStub link() {
        return limited(SiteLinkGrpc.newBlockingStub(signed(hub, callHeaders, new CallSigner(key, clock))));
    }

    /** Osteon's own calls with headers that were used before. */
    SiteLinkGrpc.SiteLinkBlockingStub link(Metadata headers) {
        return limited(SiteLinkGrpc.newBlockingStub(replayed(hub, headers)));
    }

    /** The site's own port, as its officer. */
    SiteGrpc.SiteBlockingStub desk() {
        SigningKey officer = KeyFile.readPlain(folder.resolve("clients").resolve("officer.key"));
        return limited(SiteGrpc.newBlockingStub(signed(own, callHeaders, new CallSigner(officer, clock))));
    }

    /** The site's own port with headers that were used before. */
    SiteGrpc.SiteBlockingStub desk(Metadata headers) {
        return limited(SiteGrpc.newBlockingStub(replayed(own, headers)));
    }

    /** Headers of the last Fleet call. */
    Metadata fleetHeaders() {
        return fleetHeaders.get();
    }

    /** Headers of the last other call. */
    Metadata callHeaders() {
        return callHeaders.get();
    }

    /** A capsule that lets this site do all that the study asks, for a day from now. */
    Capsule capsule(Study study, Digest snapshot) {
        FederationRoot root;
        try {
            root = CanonicalJson.read(Files.readAllBytes(folder.resolve("federation-root.json")), FederationRoot.class);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return new Capsule(
                Capsule.SCHEMA,
                root.federation(),
                root.digest(),
                study.digest(),
                name(),
                snapshot,
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

    /** The same capsule with something in it changed. */
    static Capsule changed(Capsule capsule, Consumer<ObjectNode> change) {
        ObjectNode tree = (ObjectNode) CanonicalJson.tree(capsule);
        change.accept(tree);
        return CanonicalJson.bind(tree, Capsule.class);
    }

    @Override
    public void close() {
        hub.shutdownNow();
        own.shutdownNow();
    }

    private static <T extends io.grpc.stub.AbstractStub<T>> T limited(T stub) {
        return stub.withDeadlineAfter(LIMIT, TimeUnit.SECONDS).withWaitForReady();
    }

    private static Channel signed(Channel channel, AtomicReference<Metadata> kept, ClientInterceptor signer) {
        return ClientInterceptors.intercept(ClientInterceptors.intercept(channel, new Keeping(kept)), signer);
    }

    private static Channel replayed(Channel channel, Metadata headers) {
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Keeps a copy of what goes out. */
    private record Keeping(AtomicReference<Metadata> kept) implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    Metadata copy = new Metadata();
                    copy.merge(headers);
                    kept.set(copy);
                    super.start(listener, headers);
                }
            };
        }
    }
}
