package org.osteon.site.egress;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.Digest;
import org.osteon.site.settings.FleetCarrier;

class OtherCarrierTest {
    private static final StatusRuntimeException FAILURE =
            Status.UNAVAILABLE.withDescription("no").asRuntimeException();

    private static String explained(String server, FleetCarrier ours, boolean stopped) {
        return String.valueOf(new OtherCarrier(server, Digest.of(new byte[0]), ours, () -> stopped)
                .explain(FAILURE)
                .getStatus()
                .getDescription());
    }

    @Test
    void namesAGrpcServerWithoutTls() throws Exception {
        Server plain = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .build()
                .start();
        try {
            String address = "127.0.0.1:" + plain.getPort();

            assertThat(explained(address, FleetCarrier.GRPC, false)).startsWith("FLEET_WITHOUT_TLS: " + address);
            assertThat(explained(address, FleetCarrier.GRPC, true)).isEqualTo("no");
        } finally {
            plain.shutdownNow();
        }
    }

    @Test
    void namesAnHttpServerWithoutTls() throws Exception {
        HttpServer plain = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        plain.start();
        try {
            String address = "127.0.0.1:" + plain.getAddress().getPort();

            assertThat(explained(address, FleetCarrier.HTTP, false)).startsWith("FLEET_WITHOUT_TLS: " + address);
        } finally {
            plain.stop(0);
        }
    }

    @Test
    void takesAServerWithTlsForNoSuch(@TempDir Path folder) throws Exception {
        try (LoopbackServer server = new LoopbackServer(folder, "")) {
            assertThat(explained(server.address(), FleetCarrier.HTTP, false)).isEqualTo("no");
        }
    }
}
