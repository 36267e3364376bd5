package org.osteon.site;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.audit.log.TileLog;
import org.osteon.console.Console;
import org.osteon.console.ConsoleSettings;
import org.osteon.protocol.call.CallVerifier;
import org.osteon.protocol.call.ReadableRequests;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.CapsuleCheck;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.budget.Budget;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.console.SiteConsole;
import org.osteon.site.desk.Clients;
import org.osteon.site.desk.ForeignTrace;
import org.osteon.site.desk.PatientDesk;
import org.osteon.site.desk.PatientTrace;
import org.osteon.site.desk.SiteService;
import org.osteon.site.egress.Egress;
import org.osteon.site.egress.RedSwitch;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.foreign.ForeignRuns;
import org.osteon.site.foreign.ForeignTraining;
import org.osteon.site.hosted.Hosting;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.snapshot.Snapshots;
import org.osteon.site.statement.Statements;
import org.osteon.site.store.SiteStore;
import org.osteon.site.training.Outbox;
import org.osteon.site.training.TrainingRuns;
import org.osteon.site.withdrawal.Withdrawals;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The site's one composition root. */
@Configuration(proxyBeanMethods = false)
class SiteConfiguration {
    private static final int MAX_MESSAGE = 1024 * 1024;

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    SiteFolder folder() {
        return SiteFolder.open(Path.of(System.getProperty("osteon.folder")));
    }

    @Bean(destroyMethod = "close")
    SiteStore store(SiteFolder folder) {
        return SiteStore.open(folder.folder());
    }

    @Bean
    ClockGuard clockGuard(SiteStore store, Clock clock) {
        return new ClockGuard(store, clock);
    }

    @Bean
    SiteEvents events(SiteFolder site, SiteStore store, ClockGuard clock) {
        long least = store.state("log.cosigned").map(Long::parseLong).orElse(0L);
        TileLog log = TileLog.open(site.folder().resolve("log"), site.logOrigin(), site.logKey(), least);
        SiteEvents events = new SiteEvents(store, log, site.settings().federation(), clock);
        events.record(EventDraft.of(EventType.PROCESS_STARTED, site.settings().site(), "site")
                .value("release", SiteFolder.AGENT_RELEASE));
        events.lookAtClock(site.settings().site());
        return events;
    }

    @Bean
    Snapshots snapshots(SiteStore store, SiteEvents events, SiteFolder site, Withdrawals withdrawals) {
        return new Snapshots(store, events, site, withdrawals);
    }

    @Bean
    Budget budget(SiteStore store, SiteFolder site) {
        return new Budget(store, site.settings().policy());
    }

    @Bean
    Hosting hosting(SiteFolder site) {
        return Hosting.open(site.settings());
    }

    @Bean
    PolicyEvaluator policy(SiteFolder site, Snapshots snapshots, Budget budget, Hosting hosting) {
        return new PolicyEvaluator(site.settings().policy(), snapshots, budget, budget, hosting);
    }

    @Bean
    CapsuleCheck capsules(SiteFolder site) {
        return new CapsuleCheck(
                site.settings().site(),
                site.settings().federation(),
                SiteFolder.AGENT_RELEASE,
                site.officers(),
                site.settings().policy().officersNeeded());
    }

    @Bean
    Approvals approvals(
            SiteStore store,
            SiteEvents events,
            CapsuleCheck capsules,
            PolicyEvaluator policy,
            Snapshots snapshots,
            HostedRuns hosted,
            SiteFolder site,
            ClockGuard clock) {
        return new Approvals(
                store,
                events,
                capsules,
                policy,
                snapshots,
                hosted,
                site.root(),
                site.settings().site(),
                clock);
    }

    @Bean
    HostedRuns hostedRuns(SiteStore store, SiteEvents events, SiteFolder site, ClockGuard clock) {
        return new HostedRuns(store, events, site.nodeKey(), clock);
    }

    @Bean
    ForeignRuns foreignRuns(
            SiteFolder site,
            HostedRuns hosted,
            Approvals approvals,
            CapsuleCheck capsules,
            Snapshots snapshots,
            ClockGuard clock) {
        return new ForeignRuns(site, hosted, approvals, capsules, snapshots, clock);
    }

    @Bean
    Outbox outbox(SiteStore store, SiteFolder site) {
        return new Outbox(store, site.folder().resolve("outbox"));
    }

    @Bean
    Journal journal(SiteStore store) {
        return new Journal(store);
    }

    @Bean
    RedSwitch redSwitch(SiteStore store, SiteEvents events) {
        return new RedSwitch(store, events);
    }

    @Bean(destroyMethod = "")
    Egress egress(
            SiteFolder site,
            SiteStore store,
            SiteEvents events,
            Approvals approvals,
            CapsuleCheck capsules,
            PolicyEvaluator policy,
            Snapshots snapshots,
            Budget budget,
            Outbox outbox,
            Journal journal,
            Statements statements,
            ForeignRuns foreign,
            RedSwitch redSwitch,
            Hosting hosting,
            ClockGuard clock) {
        TrainingRuns training = new TrainingRuns(
                site, store, events, approvals, capsules, policy, snapshots, budget, outbox, snapshots, hosting, clock);
        ForeignTraining foreignTraining =
                new ForeignTraining(site, store, events, budget, policy, snapshots, hosting, outbox, clock);
        return new Egress(
                site,
                store,
                events,
                approvals,
                policy,
                journal,
                statements,
                training,
                foreign,
                foreignTraining,
                outbox,
                redSwitch,
                clock);
    }

    @Bean
    Withdrawals withdrawals(SiteStore store, SiteFolder site, ClockGuard clock) {
        return new Withdrawals(store, clock, site.folder());
    }

    @Bean
    Statements statements(SiteFolder site, SiteStore store, SiteEvents events, Approvals approvals, ClockGuard clock) {
        return new Statements(site, store, events, approvals, clock);
    }

    @Bean
    PatientDesk patients(
            SiteFolder site,
            SiteStore store,
            SiteEvents events,
            Approvals approvals,
            Snapshots snapshots,
            Withdrawals withdrawals,
            HostedRuns hosted,
            Statements statements) {
        return new PatientDesk(
                site,
                events,
                snapshots,
                withdrawals,
                new PatientTrace(site, store, approvals, snapshots, statements, withdrawals),
                new ForeignTrace(store, hosted, snapshots, withdrawals),
                statements);
    }

    @Bean(destroyMethod = "close")
    Console console(SiteFolder site, Clock clock) {
        return Console.of(
                site.settings()
                        .console()
                        .map(address -> new ConsoleSettings(
                                address,
                                site.folder(),
                                site.settings().federation(),
                                site.settings().site(),
                                SiteConsole.ROLES,
                                site.settings().oidc())),
                clock);
    }

    @Bean
    SiteService desk(
            SiteFolder site,
            SiteStore store,
            SiteEvents events,
            Approvals approvals,
            PolicyEvaluator policy,
            Snapshots snapshots,
            Budget budget,
            Journal journal,
            Outbox outbox,
            RedSwitch redSwitch,
            Egress egress,
            PatientDesk patients,
            Statements statements,
            HostedRuns hosted,
            Hosting hosting,
            Console console) {
        return new SiteService(
                site,
                store,
                events,
                approvals,
                policy,
                snapshots,
                budget,
                journal,
                outbox,
                redSwitch,
                egress,
                patients,
                statements,
                hosted,
                hosting,
                console);
    }

    @Bean
    SiteServer server(SiteFolder site, SiteStore store, SiteService desk, Egress egress, Clock wall) {
        Clients clients = new Clients(store, site.folder(), site.settings().federation());
        Server server = NettyServerBuilder.forAddress(
                        new InetSocketAddress(
                                site.settings().host(), site.settings().port()),
                        site.tls().serverCredentials())
                .maxInboundMessageSize(MAX_MESSAGE)
                .addService(ReadableRequests.of(
                        ServerInterceptors.intercept(desk, clients, new CallVerifier(clients, wall))))
                .build();
        return new SiteServer(server, egress, site.settings().host());
    }
}
