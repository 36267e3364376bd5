package org.osteon.site;

import io.grpc.Server;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.osteon.protocol.settings.ProgramFailure;
import org.osteon.site.egress.Egress;
import org.springframework.context.SmartLifecycle;

/** The site's port and its conversations with the hub under Spring's life cycle: last to start, first to stop. */
public final class SiteServer implements SmartLifecycle {
    private final Server server;
    private final Egress egress;
    private final String host;
    private volatile boolean running;

    SiteServer(Server server, Egress egress, String host) {
        this.server = server;
        this.egress = egress;
        this.host = host;
    }

    /** Where it listens. */
    public String address() {
        return host + ":" + server.getPort();
    }

    @Override
    public void start() {
        try {
            server.start();
            running = true;
            egress.start();
        } catch (IOException e) {
            throw ProgramFailure.tryAgain(
                    "ADDRESS_IN_USE",
                    "the site cannot listen on its address (" + e.getMessage()
                            + "); is it started already, or another program there?");
        }
    }

    @Override
    public void stop() {
        running = false;
        egress.close();
        server.shutdown();
        try {
            if (!server.awaitTermination(3, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
