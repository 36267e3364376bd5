package org.osteon.coordinator;

import io.grpc.Server;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.fleet.HttpFleetCarrier;
import org.osteon.coordinator.round.Rounds;
import org.osteon.protocol.settings.ProgramFailure;
import org.springframework.context.SmartLifecycle;

/**
 * The hub's port, and the one for Flower over HTTP where it has one, under Spring's life cycle: last to start, first to
 * stop.
 */
public final class HubServer implements SmartLifecycle {
    private final Server server;
    private final Optional<HttpFleetCarrier> http;
    private final FleetHandlers fleet;
    private final Rounds rounds;
    private final String host;
    private volatile boolean running;

    HubServer(Server server, Optional<HttpFleetCarrier> http, FleetHandlers fleet, Rounds rounds, String host) {
        this.server = server;
        this.http = http;
        this.fleet = fleet;
        this.rounds = rounds;
        this.host = host;
    }

    /** Where it listens. */
    public String address() {
        return host + ":" + server.getPort();
    }

    /** Where Flower's calls over HTTP are served, if anywhere. */
    public Optional<String> fleetHttp() {
        return http.map(HttpFleetCarrier::address);
    }

    @Override
    public void start() {
        try {
            server.start();
        } catch (IOException e) {
            throw inUse("its address", e);
        }
        if (http.isPresent()) {
            try {
                http.orElseThrow().start();
            } catch (IOException e) {
                server.shutdownNow();
                throw inUse("fleetHttp", e);
            }
        }
        running = true;
        rounds.goOn();
    }

    private static ProgramFailure inUse(String which, IOException e) {
        return ProgramFailure.tryAgain(
                "ADDRESS_IN_USE",
                "the hub cannot listen on " + which + " (" + e.getMessage()
                        + "); is it started already, or another program there?");
    }

    @Override
    public void stop() {
        running = false;
        fleet.endPolls();
        server.shutdown();
        http.ifPresent(HttpFleetCarrier::stop);
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
