package org.osteon.coordinator;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.osteon.console.Console;
import org.osteon.coordinator.console.HubConsole;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.protocol.call.CallSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.v1.ConfirmSiteRequest;
import org.osteon.protocol.v1.EnrolRequest;
import org.osteon.protocol.v1.EnrolmentGrpc;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.IssueTokenRequest;
import org.osteon.protocol.v1.SiteLinkGrpc;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A hub in a folder, asked over its own port. */
public final class RunningHub implements AutoCloseable {
    private static final long PATIENCE = 60;

    private final HubFolder folder;
    private final ConfigurableApplicationContext context;
    private final ManagedChannel channel;

    /** Makes and starts a hub in a new folder, without pages. */
    public RunningHub(Path path) throws java.io.IOException {
        this(path, "off");
    }

    /** Makes and starts a hub in a new folder, with pages at an address or {@code off}. */
    public RunningHub(Path path, String console) throws java.io.IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        folder = HubFolder.init(path, "ortho-net", "127.0.0.1:" + port, console, "127.0.0.1:0", true);
        System.setProperty("osteon.folder", path.toAbsolutePath().toString());
        context = new SpringApplicationBuilder(CoordinatorConfiguration.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false)
                .run();
        channel = Grpc.newChannelBuilder(
                        folder.address(), TlsPin.channelCredentials(folder.tls().pin()))
                .build();
        context.getBean(Console.class).start(context, HubConsole.class);
    }

    /** One of the hub's parts. */
    public <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    /** Where the hub serves Flower's calls over HTTP. */
    public String fleetHttp() {
        return context.getBean(HubServer.class).fleetHttp().orElseThrow();
    }

    /** The hub's folder. */
    public HubFolder folder() {
        return folder;
    }

    /** Asks as one of the hub's people. */
    public HubGrpc.HubBlockingStub as(String client) {
        SigningKey key = KeyFile.readPlain(folder.folder().resolve("clients").resolve(client + ".key"));
        return HubGrpc.newBlockingStub(signed(key)).withDeadlineAfter(PATIENCE, TimeUnit.SECONDS);
    }

    /** Asks as a confirmed site. */
    public SiteLinkGrpc.SiteLinkBlockingStub link(SigningKey node) {
        return SiteLinkGrpc.newBlockingStub(signed(node)).withDeadlineAfter(PATIENCE, TimeUnit.SECONDS);
    }

    /** Asks as a confirmed site, without waiting. */
    public SiteLinkGrpc.SiteLinkFutureStub later(SigningKey node) {
        return SiteLinkGrpc.newFutureStub(signed(node)).withDeadlineAfter(PATIENCE, TimeUnit.SECONDS);
    }

    /** Asks as a site that is not enrolled. */
    public EnrolmentGrpc.EnrolmentBlockingStub enrolment() {
        return EnrolmentGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE, TimeUnit.SECONDS);
    }

    /** What a new site of that name would send, with keys of its own. */
    public EnrolRequest introduction(String site, SigningKey node) {
        String answer = as("operator")
                .issueToken(IssueTokenRequest.newBuilder().setSite(site).build())
                .getJson();
        String token = CanonicalJson.readTree(answer.getBytes(StandardCharsets.UTF_8))
                .path("token")
                .asText();
        return EnrolRequest.newBuilder()
                .setToken(token)
                .setSite(site)
                .setNodeKeyPem(node.publicKey().pem())
                .setNodeKeyProof(ByteString.copyFrom(node.signRaw(token.getBytes(StandardCharsets.UTF_8))))
                .setCosignerKeyPem(SigningKey.ed25519().publicKey().pem())
                .setLogKeyPem(SigningKey.ed25519().publicKey().pem())
                .build();
    }

    /** Enrols and confirms a site; returns its node key. */
    public SigningKey site(String name) {
        SigningKey node = SigningKey.ecdsaP384();
        String fingerprint = enrolment().enrol(introduction(name, node)).getFingerprint();
        as("operator")
                .confirmSite(ConfirmSiteRequest.newBuilder()
                        .setSite(name)
                        .setFingerprint(fingerprint)
                        .build());
        return node;
    }

    private Channel signed(SigningKey key) {
        return ClientInterceptors.intercept(channel, new CallSigner(key, Clock.systemUTC()));
    }

    @Override
    public void close() {
        channel.shutdownNow();
        context.close();
    }
}
