package org.osteon.site.console;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.osteon.console.page.Navigation;
import org.osteon.console.page.Navigation.Link;
import org.osteon.console.page.Show;
import org.osteon.console.page.Words;
import org.osteon.console.route.Route;
import org.osteon.console.route.Routes;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.budget.Budget;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.desk.SiteService;
import org.osteon.site.egress.Specimens;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.hosted.AppOutput;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.snapshot.Snapshots;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The site's pages: who may see which, and the classes that make them. */
@Configuration(proxyBeanMethods = false)
public class SiteConsole {
    /** The roles of people at a site. */
    public static final List<String> ROLES = List.of("data-officer", "operator");

    private static final String OFFICER = "data-officer";
    private static final String OPERATOR = "operator";
    private static final String[] BOTH = {OFFICER, OPERATOR};

    /** Who may ask what, beside what every console has. */
    public static final List<Route> ROUTES = List.of(
            Route.get("/inbox", OFFICER),
            Route.get("/studies/{study}", OFFICER),
            Route.get("/studies/{study}/document", OFFICER),
            Route.get("/studies/{study}/preview", OFFICER),
            Route.get("/hosted/{run}", OFFICER),
            Route.get("/hosted/{run}/output/{message}", OFFICER),
            Route.get("/journal", BOTH),
            Route.get("/journal/recompute", BOTH),
            Route.get("/journal.csv", BOTH),
            Route.get("/budget", BOTH),
            Route.get("/patients", OFFICER),
            Route.post("/patients", OFFICER),
            Route.get("/data", BOTH),
            Route.get("/data/live", BOTH),
            Route.post("/data", OPERATOR),
            Route.get("/switch", BOTH),
            Route.post("/switch/stop", BOTH),
            Route.post("/switch/lift", BOTH),
            Route.get("/health", BOTH));

    @Bean
    Routes routes() {
        return new Routes(ROUTES);
    }

    @Bean
    Navigation navigation() {
        return new Navigation(
                List.of(
                        new Link("nav.inbox", "/inbox", Set.of(OFFICER)),
                        new Link("nav.journal", "/journal", Set.of(BOTH)),
                        new Link("nav.budget", "/budget", Set.of(BOTH)),
                        new Link("nav.data", "/data", Set.of(BOTH)),
                        new Link("nav.patients", "/patients", Set.of(OFFICER)),
                        new Link("nav.people", "/people", Set.of(OPERATOR)),
                        new Link("nav.health", "/health", Set.of(BOTH)),
                        new Link("nav.switch", "/switch", Set.of(BOTH))),
                Map.of(OFFICER, "/inbox", OPERATOR, "/health"));
    }

    @Bean
    SiteAccessLog accessLog(SiteEvents events) {
        return new SiteAccessLog(events);
    }

    @Bean
    Desk pageDesk(SiteService service, SiteFolder site) {
        return new Desk(service, site.settings().federation());
    }

    @Bean
    OfficerPages officerPages(
            Desk desk,
            Approvals approvals,
            SiteFolder site,
            SiteAccessLog log,
            BudgetBar bar,
            Specimens specimens,
            Snapshots snapshots) {
        return new OfficerPages(desk, approvals, site, log, bar, specimens, snapshots);
    }

    @Bean
    HostedPages hostedPages(Desk desk, HostedRuns hosted, Budget budget, SiteFolder site, SiteAccessLog log) {
        return new HostedPages(desk, hosted, budget, new AppOutput(site.folder()), site, log);
    }

    @Bean
    Specimens specimens(SiteFolder site, PolicyEvaluator policy, ClockGuard clock) {
        return new Specimens(site, policy, clock);
    }

    @Bean
    BudgetBar budgetBar(Words words, Show show) {
        return new BudgetBar(words, show);
    }

    @Bean
    JournalPages journalPages(Desk desk, Approvals approvals, HostedRuns hosted, Journal journal) {
        return new JournalPages(desk, approvals, hosted, journal);
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService pagesTimer() {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "site-pages");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Bean
    HospitalPages hospitalPages(
            Desk desk,
            SiteFolder site,
            Snapshots snapshots,
            BudgetBar bar,
            Words words,
            Show show,
            @Qualifier("pagesTimer") ScheduledExecutorService timer) {
        return new HospitalPages(desk, site, snapshots, bar, new BudgetLine(words, show), timer);
    }
}
