package org.osteon.coordinator.console;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.osteon.console.Console;
import org.osteon.console.ConsoleSettings;
import org.osteon.console.TokenPages;
import org.osteon.console.account.AccessTokens;
import org.osteon.console.page.Navigation;
import org.osteon.console.page.Navigation.Link;
import org.osteon.console.page.Show;
import org.osteon.console.page.Words;
import org.osteon.console.route.Route;
import org.osteon.console.route.Routes;
import org.osteon.coordinator.console.api.HubApi;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.enrolment.TrustBook;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.hub.ModelEvidence;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.registry.Origins;
import org.osteon.coordinator.registry.Releases;
import org.osteon.coordinator.registry.SiteLogs;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunFigures;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.statement.Statements;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.thymeleaf.ITemplateEngine;

/** The hub's pages: who may see which, and the classes that make them. */
@Configuration(proxyBeanMethods = false)
@Import(HubApi.class)
public class HubConsole {
    /** The roles of people at a hub. */
    public static final List<String> ROLES = List.of("ml-engineer", "regulator", "operator");

    private static final String ENGINEER = "ml-engineer";
    private static final String REGULATOR = "regulator";
    private static final String OPERATOR = "operator";
    private static final String[] ALL = {ENGINEER, REGULATOR, OPERATOR};
    private static final String[] RESEARCH = {ENGINEER, REGULATOR};

    /** Who may ask what, beside what every console has. */
    public static final List<Route> ROUTES =
            Stream.concat(pages().stream(), HubApi.ROUTES.stream()).toList();

    private static List<Route> pages() {
        return List.of(
                Route.get("/access", ALL),
                Route.post("/access/token", ALL),
                Route.post("/access/{token}/revoke", ALL),
                Route.get("/studies", ALL),
                Route.get("/studies/new", ENGINEER),
                Route.post("/studies/new", ENGINEER),
                Route.get("/studies/{study}", ALL),
                Route.get("/studies/{study}/document", ALL),
                Route.post("/studies/{study}/dry-run", ENGINEER),
                Route.post("/studies/{study}/run", ENGINEER),
                Route.post("/studies/{study}/answer", ENGINEER),
                Route.post("/studies/{study}/assign", OPERATOR),
                Route.get("/runs", ALL),
                Route.get("/runs/{run}", ALL),
                Route.get("/runs/{run}/live", ALL),
                Route.post("/runs/{run}/stop", ENGINEER),
                Route.post("/runs/{run}/pause", ENGINEER),
                Route.post("/runs/{run}/resume", ENGINEER),
                Route.get("/models", RESEARCH),
                Route.get("/models/compare", RESEARCH),
                Route.get("/models/{model}", RESEARCH),
                Route.get("/models/{model}/export", RESEARCH),
                Route.get("/models/{model}/report", RESEARCH),
                Route.get("/models/{model}/bundle", RESEARCH),
                Route.get("/timeline", RESEARCH),
                Route.get("/events/{seq}", RESEARCH),
                Route.get("/events/{seq}/proof", RESEARCH),
                Route.get("/events/{seq}/sites/{site}/{entry}/proof", RESEARCH),
                Route.get("/sites", ENGINEER, OPERATOR),
                Route.post("/sites/token", OPERATOR),
                Route.post("/sites/{site}/confirm", OPERATOR),
                Route.post("/sites/{site}/revoke", OPERATOR),
                Route.get("/health", OPERATOR));
    }

    @Bean
    Routes routes() {
        return new Routes(ROUTES);
    }

    @Bean
    Navigation navigation() {
        return new Navigation(
                List.of(
                        new Link("nav.studies", "/studies", Set.of(ALL)),
                        new Link("nav.runs", "/runs", Set.of(ENGINEER, OPERATOR)),
                        new Link("nav.models", "/models", Set.of(RESEARCH)),
                        new Link("nav.timeline", "/timeline", Set.of(RESEARCH)),
                        new Link("nav.sites", "/sites", Set.of(ENGINEER, OPERATOR)),
                        new Link("nav.people", "/people", Set.of(OPERATOR)),
                        new Link("nav.health", "/health", Set.of(OPERATOR)),
                        new Link("nav.access", "/access", Set.of(ALL))),
                Map.of(ENGINEER, "/studies", REGULATOR, "/models", OPERATOR, "/health"));
    }

    @Bean(destroyMethod = "close")
    AccessTokens accessTokens(HubFolder folder, ConsoleSettings settings, Clock clock) {
        return AccessTokens.open(folder.folder(), settings.oidc().isEmpty(), clock);
    }

    @Bean
    TokenPages tokenPages(AccessTokens tokens, HubAccessLog log) {
        return new TokenPages(tokens, log);
    }

    @Bean
    HubAccessLog accessLog(HubStore store, HubEvents events) {
        return new HubAccessLog(store, events);
    }

    @Bean
    Assignments assignments(HubStore store, HubEvents events, Studies studies, Clock clock) {
        return new Assignments(store, events, studies, clock);
    }

    @Bean
    Desk desk(HubFolder folder, Studies studies, Assignments assignments, Timeline timeline, HubAccessLog log) {
        return new Desk(folder.federation(), studies, assignments, timeline, log);
    }

    @Bean
    StudyPages studyPages(
            Desk desk,
            Studies studies,
            Rounds rounds,
            RunView views,
            Assignments assignments,
            Statements statements,
            Console console) {
        return new StudyPages(desk, studies, rounds, views, assignments, statements, console);
    }

    @Bean
    RunPages runPages(
            Desk desk,
            Rounds rounds,
            RunView views,
            RunFigures figures,
            Show show,
            Words words,
            ITemplateEngine templates,
            ApplicationContext context,
            ScheduledExecutorService timer) {
        return new RunPages(
                desk, rounds, views, figures, new RunTimes(show, words), new LiveParts(templates, context), timer);
    }

    @Bean
    ModelPages modelPages(
            Desk desk,
            Models models,
            ObjectStore objects,
            Releases releases,
            ModelEvidence evidence,
            Statements statements,
            HubStore store,
            HubFolder folder,
            Show show,
            Words words) {
        return new ModelPages(
                desk, models, objects, releases, evidence, statements, new Origins(store), folder, show, words);
    }

    @Bean
    ComparePages comparePages(
            Desk desk,
            Models models,
            ObjectStore objects,
            Releases releases,
            Rounds rounds,
            RunFigures figures,
            Show show,
            Words words) {
        return new ComparePages(desk, models, objects, releases, rounds, figures, show, words);
    }

    @Bean
    TimelinePages timelinePages(
            Desk desk,
            Studies studies,
            Timeline timeline,
            HubEvents events,
            Counterparts counterparts,
            SiteLogs siteLogs) {
        return new TimelinePages(desk, studies, timeline, events, counterparts, siteLogs);
    }

    @Bean
    Counterparts counterparts(SiteLogs siteLogs, Sites sites) {
        return new Counterparts(siteLogs, sites);
    }

    @Bean
    SiteLogs siteLogs(HubStore store, Sites sites) {
        return new SiteLogs(store, sites);
    }

    @Bean
    Timeline timeline(HubStore store) {
        return new Timeline(store);
    }

    @Bean
    OperatorPages operatorPages(
            HubFolder folder,
            Sites sites,
            TrustBook trust,
            FleetHandlers fleet,
            Presence presence,
            Rounds rounds,
            HubEvents events,
            Console console) {
        return new OperatorPages(folder, sites, trust, fleet, presence, rounds, events, console);
    }
}
