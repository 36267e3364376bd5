package org.osteon.coordinator.console.api;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.osteon.console.route.Route;
import org.osteon.coordinator.console.Desk;
import org.osteon.coordinator.console.Timeline;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.hub.ModelEvidence;
import org.osteon.coordinator.registry.Models;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.coordinator.registry.Releases;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.statement.Statements;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The REST API: who may ask which path, and the classes that answer. */
@Configuration(proxyBeanMethods = false)
public class HubApi {
    /** Below which all paths lie. */
    static final String BASE = "/api/v1";

    private static final String ENGINEER = "ml-engineer";
    private static final String REGULATOR = "regulator";
    private static final String OPERATOR = "operator";
    private static final String[] ALL = {ENGINEER, REGULATOR, OPERATOR};
    private static final String[] RESEARCH = {ENGINEER, REGULATOR};

    /** Who may ask what; {@code openapi.json} says the same. */
    public static final List<Route> ROUTES = List.of(
            Route.get(BASE + "/openapi.json"),
            Route.get(BASE + "/me", ALL),
            Route.get(BASE + "/studies", ALL),
            Route.post(BASE + "/studies", ENGINEER),
            Route.get(BASE + "/studies/{study}", ALL),
            Route.get(BASE + "/studies/{study}/document", ALL),
            Route.post(BASE + "/studies/{study}/dry-runs", ENGINEER),
            Route.get(BASE + "/studies/{study}/dry-runs/{id}", ALL),
            Route.post(BASE + "/studies/{study}/runs", ENGINEER),
            Route.get(BASE + "/runs", ALL),
            Route.get(BASE + "/runs/{run}", ALL),
            Route.post(BASE + "/runs/{run}/pause", ENGINEER),
            Route.post(BASE + "/runs/{run}/resume", ENGINEER),
            Route.post(BASE + "/runs/{run}/stop", ENGINEER),
            Route.get(BASE + "/models", RESEARCH),
            Route.get(BASE + "/models/{model}", RESEARCH),
            Route.get(BASE + "/models/{model}/export", RESEARCH),
            Route.get(BASE + "/models/{model}/report", RESEARCH),
            Route.get(BASE + "/models/{model}/bundle", RESEARCH),
            Route.get(BASE + "/events", RESEARCH),
            Route.get(BASE + "/events/{seq}", RESEARCH),
            Route.get(BASE + "/events/{seq}/proof", RESEARCH),
            Route.get(BASE + "/sites", ENGINEER, OPERATOR));

    @Bean
    Acts acts(HubStore store, Desk desk, Clock clock) {
        return new Acts(new ActKeys(store, clock), desk::person);
    }

    @Bean
    ContractApi contractApi(Desk desk) {
        return new ContractApi(desk);
    }

    @Bean
    StudyApi studyApi(Desk desk, Studies studies, Rounds rounds, Statements statements, Acts acts) {
        return new StudyApi(desk, studies, rounds, statements, acts);
    }

    @Bean
    RunApi runApi(Desk desk, Rounds rounds, RunView views, Acts acts, ScheduledExecutorService timer) {
        return new RunApi(desk, rounds, views, acts, timer);
    }

    @Bean
    ModelApi modelApi(
            HubFolder folder,
            Desk desk,
            Models models,
            ObjectStore objects,
            Releases releases,
            ModelEvidence evidence,
            Statements statements) {
        return new ModelApi(folder.federation(), desk, models, objects, releases, evidence, statements);
    }

    @Bean
    EventApi eventApi(Desk desk, Studies studies, Timeline timeline, HubEvents events) {
        return new EventApi(desk, studies, timeline, events);
    }

    @Bean
    SiteApi siteApi(Sites sites, FleetHandlers fleet) {
        return new SiteApi(sites, fleet);
    }
}
