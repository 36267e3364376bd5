package org.osteon.coordinator;

import io.grpc.Server;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.round.Rounds;
import org.osteon.protocol.settings.ProgramFailure;
import org.springframework.context.SmartLifecycle;

/** The hub's port under Spring's life cycle: last to start, first to stop. */
public final class HubServer implements SmartLifecycle {
    private final Server server;
    private final FleetHandlers fleet;
    private final Rounds rounds;
    private final String host;
    private volatile boolean running;

    HubServer(Server server, FleetHandlers fleet, Rounds rounds, String host) {
        this.server = server;
        this.fleet = fleet;
        this.rounds = rounds;
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
            rounds.goOn();
        } catch (IOException e) {
            throw ProgramFailure.tryAgain(
                    "ADDRESS_IN_USE",
                    "the hub cannot listen on its address (" + e.getMessage()
                            + "); is it started already, or another program there?");
        }
    }

    @Override
    public void stop() {
        running = false;
        fleet.endPolls();
        server.shutdown();
        try {
            if (!server.awaitTermination(3, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        rounds.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
