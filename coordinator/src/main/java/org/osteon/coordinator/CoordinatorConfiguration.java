package org.osteon.coordinator;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.osteon.audit.log.TileLog;
import org.osteon.audit.log.Witness;
import org.osteon.console.Console;
import org.osteon.console.ConsoleSettings;
import org.osteon.coordinator.console.HubConsole;
import org.osteon.coordinator.control.ControlHandlers;
import org.osteon.coordinator.control.ControlServer;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.enrolment.TrustBook;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.fleet.Admission;
import org.osteon.coordinator.fleet.BodyPlaces;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.fleet.GrpcFleetCarrier;
import org.osteon.coordinator.fleet.HttpFleetCarrier;
import org.osteon.coordinator.fleet.HttpLimits;
import org.osteon.coordinator.fleet.NodeGate;
import org.osteon.coordinator.fleet.Spool;
import org.osteon.coordinator.fleet.UsedTimes;
import org.osteon.coordinator.hub.HubService;
import org.osteon.coordinator.hub.ModelEvidence;
import org.osteon.coordinator.link.Connections;
import org.osteon.coordinator.link.EnrolmentService;
import org.osteon.coordinator.link.SiteLinkService;
import org.osteon.coordinator.people.Directory;
import org.osteon.coordinator.people.Roles;
import org.osteon.coordinator.registry.ConformanceRuns;
import org.osteon.coordinator.registry.Documents;
import org.osteon.coordinator.registry.Evidence;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.registry.Releases;
import org.osteon.coordinator.registry.SiteLogs;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunFigures;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.statement.Statements;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.call.CallVerifier;
import org.osteon.protocol.call.ReadableRequests;
import org.osteon.protocol.sign.EcdsaVerifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The hub's one composition root. */
@Configuration(proxyBeanMethods = false)
class CoordinatorConfiguration {
    private static final int MAX_MESSAGE = 8 * 1024 * 1024;
    private static final int WINDOW = 256 * 1024;
    private static final int CALLS_A_CONNECTION = 32;
    private static final int LARGE_MESSAGES_AT_ONCE = 6;
    private static final Duration BODY_PATIENCE = Duration.ofMinutes(2);

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    HubFolder folder() {
        return HubFolder.open(Path.of(System.getProperty("osteon.folder")));
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService timer() {
        return Executors.newScheduledThreadPool(2, task -> {
            Thread thread = new Thread(task, "hub-timer");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Bean(destroyMethod = "close")
    HubStore store(HubFolder folder) {
        return HubStore.open(folder.folder());
    }

    @Bean
    HubEvents events(HubFolder folder, HubStore store, Clock clock) {
        long least = store.state("log.cosigned").map(Long::parseLong).orElse(0L);
        TileLog log = TileLog.open(folder.folder().resolve("log"), folder.root().logOrigin(), folder.logKey(), least);
        return new HubEvents(store, log, folder.federation(), clock);
    }

    @Bean
    Directory directory(HubFolder folder, HubStore store) {
        Directory directory = new Directory(store, folder.federation());
        directory.enterClients(folder);
        return directory;
    }

    @Bean
    Sites sites(HubStore store, HubEvents events, Clock clock) {
        return new Sites(store, events, clock);
    }

    @Bean
    TrustBook trust(HubFolder folder, HubStore store, HubEvents events, Sites sites, Clock clock) {
        return new TrustBook(store, events, sites, folder, clock);
    }

    @Bean
    Studies studies(HubFolder folder, HubStore store, HubEvents events, Sites sites, TrustBook trust, Clock clock) {
        return new Studies(store, events, sites, trust, folder.hubKey(), folder.federation(), clock);
    }

    @Bean
    Models models(HubStore store, HubEvents events, Clock clock) {
        return new Models(store, events, clock);
    }

    @Bean
    ObjectStore objects(HubFolder folder) {
        return new ObjectStore(folder.folder().resolve("objects"));
    }

    @Bean
    UsedTimes usedTimes(HubStore store, Clock clock) {
        return new UsedTimes(store, clock);
    }

    @Bean
    Spool spool(HubFolder folder) {
        Spool spool = new Spool(folder.folder().resolve("spool"));
        spool.forgetArriving();
        return spool;
    }

    @Bean(destroyMethod = "")
    Rounds rounds(
            HubFolder folder,
            HubStore store,
            HubEvents events,
            Sites sites,
            Studies studies,
            Models models,
            ObjectStore objects,
            Spool spool,
            Clock clock,
            ScheduledExecutorService timer) {
        return new Rounds(
                store,
                events,
                sites,
                studies,
                models,
                objects,
                spool,
                folder.hubKey(),
                folder.federation(),
                clock,
                timer);
    }

    @Bean
    FleetHandlers fleet(Spool spool, Rounds rounds, ScheduledExecutorService timer, Clock clock) {
        FleetHandlers fleet = new FleetHandlers(spool, rounds, timer, clock);
        rounds.attach(fleet);
        return fleet;
    }

    @Bean
    Statements statements(
            HubFolder folder,
            HubStore store,
            HubEvents events,
            TrustBook trust,
            Studies studies,
            Models models,
            Clock clock) {
        return new Statements(store, events, trust, studies, models, folder.hubKey(), folder.federation(), clock);
    }

    @Bean
    Presence presence(HubStore store, Clock clock) {
        return new Presence(store, clock);
    }

    @Bean(destroyMethod = "close")
    RunView views(Rounds rounds, Studies studies, FleetHandlers fleet, Presence presence, Clock clock) {
        return new RunView(rounds, studies, fleet, presence, clock);
    }

    @Bean
    RunFigures figures(HubStore store, Studies studies, FleetHandlers fleet) {
        return new RunFigures(store, studies, fleet);
    }

    @Bean
    Releases releases(HubFolder folder, HubStore store, HubEvents events, Models models, Clock clock) {
        return new Releases(store, events, models, folder.federation(), clock);
    }

    @Bean
    ModelEvidence modelEvidence(
            HubFolder folder,
            HubStore store,
            HubEvents events,
            Sites sites,
            Studies studies,
            Models models,
            ObjectStore objects,
            Releases releases,
            Clock clock) {
        Evidence evidence = new Evidence(
                events,
                new SiteLogs(store, sites),
                new Documents(store, objects, folder.hubKey()),
                folder.folder().resolve("log"));
        ConformanceRuns conformance = new ConformanceRuns(
                store,
                events,
                sites,
                studies,
                models,
                objects,
                releases,
                folder.hubKey(),
                folder.folder().resolve("log"),
                clock);
        return new ModelEvidence(releases, evidence, conformance, studies, events);
    }

    @Bean(destroyMethod = "close")
    Console console(HubFolder folder, Clock clock) {
        return Console.of(
                folder.console()
                        .map(address -> new ConsoleSettings(
                                address,
                                folder.folder(),
                                folder.federation(),
                                folder.federation(),
                                HubConsole.ROLES,
                                folder.oidc())),
                clock);
    }

    @Bean
    ControlHandlers control(
            HubFolder folder,
            HubStore store,
            Sites sites,
            Rounds rounds,
            RunView views,
            FleetHandlers fleet,
            Presence presence,
            Console console,
            ScheduledExecutorService timer,
            Clock clock) {
        return new ControlHandlers(
                folder,
                store,
                sites,
                rounds,
                views,
                fleet,
                presence,
                console::loginService,
                folder.oidc().isPresent(),
                timer,
                clock);
    }

    @Bean
    ControlServer controlServer(HubFolder folder, ControlHandlers control) {
        return new ControlServer(folder.control(), folder.controlHttp(), folder.tls(), control);
    }

    @Bean
    HubServer server(
            HubFolder folder,
            HubStore store,
            HubEvents events,
            Directory directory,
            UsedTimes usedTimes,
            Sites sites,
            TrustBook trust,
            Studies studies,
            Rounds rounds,
            FleetHandlers fleet,
            RunView views,
            Models models,
            ObjectStore objects,
            ModelEvidence modelEvidence,
            Statements statements,
            Console console,
            Presence presence,
            Clock clock,
            ScheduledExecutorService timer) {
        Witness witness = new Witness("hub", folder.cosignerKey());
        SiteLinkService link =
                new SiteLinkService(store, events, sites, studies, trust, statements, witness, presence, timer, clock);
        studies.onWork(link::wake);
        statements.onWork(link::wake);
        events.onGrowth(link::logGrew);
        rounds.onChange(link::wake);
        HubService hub = new HubService(
                folder,
                store,
                events,
                sites,
                trust,
                studies,
                rounds,
                views,
                models,
                objects,
                modelEvidence,
                console,
                statements,
                timer);
        CallVerifier calls = new CallVerifier(directory, clock);
        Roles roles = new Roles();
        Connections connections = new Connections();
        EcdsaVerifier.preferNative();
        NodeGate gate = new NodeGate(
                sites,
                usedTimes,
                clock,
                folder.allowUngoverned() ? new NodeGate.Window(folder.selfRegistrationUntil()) : NodeGate.Window.SHUT);
        BodyPlaces places = new BodyPlaces(LARGE_MESSAGES_AT_ONCE);
        Optional<HttpFleetCarrier> http = folder.fleetHttp()
                .map(address ->
                        new HttpFleetCarrier(fleet, gate, places, folder.tls(), address, HttpLimits.USUAL, clock));
        Server server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(folder.host(), folder.port()),
                        folder.tls().serverCredentials())
                .addTransportFilter(connections)
                .maxInboundMessageSize(MAX_MESSAGE)
                .flowControlWindow(WINDOW)
                .maxConcurrentCallsPerConnection(CALLS_A_CONNECTION)
                .addService(ReadableRequests.of(ServerInterceptors.intercept(
                        new GrpcFleetCarrier(fleet).service(),
                        new Admission(places, BODY_PATIENCE, timer),
                        Admission.ofAnswers(places, BODY_PATIENCE, timer),
                        GrpcFleetCarrier.gate(gate))))
                .addService(ReadableRequests.of(new EnrolmentService(sites, folder.root()).bindService()))
                .addService(ReadableRequests.of(ServerInterceptors.intercept(link, roles, calls, connections)))
                .addService(ReadableRequests.of(ServerInterceptors.intercept(hub, roles, calls)))
                .build();
        return new HubServer(server, http, fleet, rounds, folder.host());
    }
}
