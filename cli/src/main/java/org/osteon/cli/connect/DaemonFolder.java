package org.osteon.cli.connect;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.osteon.cli.output.CliException;
import org.osteon.protocol.call.CallSigner;
import org.osteon.protocol.call.TlsPin;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.settings.HostPort;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.SiteGrpc;

/**
 * A connection to the daemon of a folder: its address and TLS pin are read from the folder's {@code osteon.toml}, the
 * caller's own key from {@code clients/}; nothing else in the folder is opened.
 */
public final class DaemonFolder implements AutoCloseable {
    private static final int MAX_MESSAGE = 64 * 1024 * 1024;

    private final Settings settings;
    private final ManagedChannel channel;
    private final Channel signed;

    private DaemonFolder(Path folder, String clientRole, String daemonRole) {
        settings = Settings.read(folder);
        if (!daemonRole.equals(settings.text("role"))) {
            throw CliException.wrongCall("error.folder.role", folder, settings.text("role"), daemonRole);
        }
        Path key = folder.resolve("clients").resolve(clientRole + ".key");
        if (!Files.isReadable(key)) {
            throw CliException.wrongCall("error.client.key", key, clientRole);
        }
        HostPort.require(Settings.FILE + ": address", settings.text("address"));
        channel = Grpc.newChannelBuilder(
                        settings.text("address"), TlsPin.channelCredentials(new Digest(settings.text("tlsPin"))))
                .maxInboundMessageSize(MAX_MESSAGE)
                .build();
        signed = ClientInterceptors.intercept(
                channel,
                new CallSigner(KeyFile.readPlain(key), Clock.systemUTC()),
                new UnreachableAddress(settings.text("address")));
    }

    /** A hub's folder, as a person of that role. */
    public static DaemonFolder hub(Path folder, String clientRole) {
        return new DaemonFolder(folder, clientRole, "hub");
    }

    /** A site's folder, as a person of that role. */
    public static DaemonFolder site(Path folder, String clientRole) {
        return new DaemonFolder(folder, clientRole, "site");
    }

    /** The hub's service. */
    public HubGrpc.HubBlockingStub hub() {
        return HubGrpc.newBlockingStub(signed).withDeadlineAfter(120, TimeUnit.SECONDS);
    }

    /** The site's service. */
    public SiteGrpc.SiteBlockingStub site() {
        return SiteGrpc.newBlockingStub(signed).withDeadlineAfter(120, TimeUnit.SECONDS);
    }

    /** The folder's settings. */
    public Settings settings() {
        return settings;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
