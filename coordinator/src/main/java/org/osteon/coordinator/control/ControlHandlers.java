package org.osteon.coordinator.control;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.osteon.console.account.Person;
import org.osteon.console.oidc.LoginService;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.flower.wire.Federation;
import org.osteon.protocol.flower.wire.GetAuthTokensRequest;
import org.osteon.protocol.flower.wire.GetAuthTokensResponse;
import org.osteon.protocol.flower.wire.GetLoginDetailsResponse;
import org.osteon.protocol.flower.wire.ListFederationsResponse;
import org.osteon.protocol.flower.wire.ListNodesResponse;
import org.osteon.protocol.flower.wire.ListRunsRequest;
import org.osteon.protocol.flower.wire.ListRunsResponse;
import org.osteon.protocol.flower.wire.RefreshAuthTokensRequest;
import org.osteon.protocol.flower.wire.RefreshAuthTokensResponse;
import org.osteon.protocol.flower.wire.RegisterNodeRequest;
import org.osteon.protocol.flower.wire.RegisterNodeResponse;
import org.osteon.protocol.flower.wire.StartRunRequest;
import org.osteon.protocol.flower.wire.StartRunResponse;
import org.osteon.protocol.flower.wire.StopRunRequest;
import org.osteon.protocol.flower.wire.StopRunResponse;
import org.osteon.protocol.flower.wire.StreamLogsRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeResponse;

/**
 * What each Control call does, whatever carries it. A call is admitted by {@link #admit} before its request is read,
 * and each handler looks at role and federation once more.
 */
public final class ControlHandlers {
    private final ControlLogin login;
    private final ControlRuns runs;
    private final ControlNodes nodes;
    private final LogStreams logs;
    private final String federation;
    private final String name;

    /** The handlers of this hub. */
    public ControlHandlers(
            HubFolder folder,
            HubStore store,
            Sites sites,
            Rounds rounds,
            RunView views,
            FleetHandlers fleet,
            Presence presence,
            Supplier<Optional<LoginService>> service,
            boolean signsIn,
            ScheduledExecutorService timer,
            Clock clock) {
        RunStory story = new RunStory(store);
        this.federation = folder.federation();
        this.name = "@osteon/" + folder.federation().replaceAll("[^A-Za-z0-9_-]", "-");
        this.login = new ControlLogin(service, signsIn);
        this.runs = new ControlRuns(rounds, views, sites, story, name, folder.allowUngoverned(), clock);
        this.nodes = new ControlNodes(store, sites, rounds, fleet, presence, folder.allowUngoverned(), clock);
        this.logs = new LogStreams(rounds, views, story, timer, clock);
    }

    /**
     * Who makes a call, and tokens that were renewed for it.
     *
     * @param person the caller
     * @param renewed new tokens, where the old access token had expired
     */
    public record Admitted(Person person, Optional<LoginService.Tokens> renewed) {}

    /**
     * The caller of a call that is not {@link ControlCall#open}.
     *
     * @param token the access token that came with it
     * @param refresh the refresh token that came with it, where the carrier brings one
     * @throws ControlRefusal when nobody is signed in, or not for this
     */
    public Admitted admit(ControlCall call, Optional<String> token, Optional<String> refresh) {
        login.requireService();
        Optional<Person> holder = token.flatMap(login::holder);
        Optional<LoginService.Tokens> renewed = Optional.empty();
        if (holder.isEmpty()) {
            renewed = refresh.map(login::renewed);
            holder = renewed.flatMap(tokens -> login.holder(tokens.access()));
        }
        Person person = holder.orElseThrow(ControlRefusal::notSignedIn);
        require(call, person);
        return new Admitted(person, renewed);
    }

    private void require(ControlCall call, Person person) {
        if (!federation.equals(person.federation())) {
            throw ControlRefusal.notAMember(name);
        }
        if (!call.roles().contains(person.role())) {
            throw ControlRefusal.role(call, person.role());
        }
    }

    /** Starts a run; the app's ServerApp is not executed. */
    public StartRunResponse startRun(Person person, StartRunRequest request) {
        require(ControlCall.START_RUN, person);
        if (!request.getFederation().isEmpty() && !name.equals(request.getFederation())) {
            throw ControlRefusal.otherFederation(RunConfig.clipped(request.getFederation()), name);
        }
        return runs.start(person, request);
    }

    /** Stops a run. */
    public StopRunResponse stopRun(Person person, StopRunRequest request) {
        require(ControlCall.STOP_RUN, person);
        return runs.stop(person, request);
    }

    /** Lists runs. */
    public ListRunsResponse listRuns(Person person, ListRunsRequest request) {
        require(ControlCall.LIST_RUNS, person);
        return runs.list(request);
    }

    /** Follows a run; returns at once. */
    public void streamLogs(Person person, StreamLogsRequest request, LogSink sink) {
        require(ControlCall.STREAM_LOGS, person);
        logs.follow(runs.find(request.getRunId()), request.getAfterTimestamp(), sink);
    }

    /** Registers a Flower node. */
    public RegisterNodeResponse registerNode(Person person, RegisterNodeRequest request) {
        require(ControlCall.REGISTER_NODE, person);
        return nodes.register(person, request);
    }

    /** Revokes a Flower node. */
    public UnregisterNodeResponse unregisterNode(Person person, UnregisterNodeRequest request) {
        require(ControlCall.UNREGISTER_NODE, person);
        return nodes.unregister(person, request);
    }

    /** Lists nodes: Flower's and those of sites. */
    public ListNodesResponse listNodes(Person person) {
        require(ControlCall.LIST_NODES, person);
        return nodes.list();
    }

    /**
     * The hub's one federation.
     *
     * @param current whether the caller is known to be of a release that reads today's field numbers; others are told
     *     the name alone
     */
    public ListFederationsResponse listFederations(Person person, boolean current) {
        require(ControlCall.LIST_FEDERATIONS, person);
        Federation.Builder here = Federation.newBuilder().setName(name);
        if (current) {
            here.setDescription("the federation " + federation + " of this Osteon hub");
        }
        return ListFederationsResponse.newBuilder().addFederations(here).build();
    }

    /** Begins a device login at the hub's login service. */
    public GetLoginDetailsResponse loginDetails() {
        return login.details();
    }

    /** The tokens of a device login, empty while the person is not done. */
    public GetAuthTokensResponse authTokens(GetAuthTokensRequest request) {
        return login.tokens(request);
    }

    /** New tokens for a refresh token. */
    public RefreshAuthTokensResponse refreshAuthTokens(RefreshAuthTokensRequest request) {
        return login.refresh(request);
    }
}
