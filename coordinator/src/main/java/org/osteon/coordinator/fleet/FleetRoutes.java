package org.osteon.coordinator.fleet;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.protocol.flower.FleetHttp;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;

/** The twelve calls by their paths. */
final class FleetRoutes {
    /** Longest body of a call that brings objects or trees of them, bytes; a chunk of Flower's has 5 MiB. */
    static final int LARGE = 8 * 1024 * 1024;

    /** Longest body of every other call, bytes. */
    static final int SMALL = 64 * 1024;

    private final Map<String, Route> byPath = new HashMap<>();

    FleetRoutes(FleetHandlers handlers) {
        route("RegisterNode", SMALL, RegisterNodeFleetRequest.parser(), handlers::registerNode);
        route("ActivateNode", SMALL, ActivateNodeRequest.parser(), handlers::activateNode);
        route("DeactivateNode", SMALL, DeactivateNodeRequest.parser(), handlers::deactivateNode);
        route("UnregisterNode", SMALL, UnregisterNodeFleetRequest.parser(), handlers::unregisterNode);
        route("SendNodeHeartbeat", SMALL, SendNodeHeartbeatRequest.parser(), handlers::heartbeat);
        route("PullMessages", SMALL, PullMessagesRequest.parser(), handlers::pullMessages);
        route("PushMessages", LARGE, PushMessagesRequest.parser(), handlers::pushMessages);
        route("GetRun", SMALL, GetRunRequest.parser(), handlers::getRun);
        route("GetFab", SMALL, GetFabRequest.parser(), handlers::getFab);
        byPath.put(
                FleetHttp.path("PushObject"),
                new Route("PushObject", LARGE, false, any -> Reception.ofObject(handlers)));
        route("PullObject", SMALL, PullObjectRequest.parser(), handlers::pullObject);
        route("ConfirmMessageReceived", SMALL, ConfirmMessageReceivedRequest.parser(), handlers::confirm);
    }

    /**
     * One call.
     *
     * @param method its name
     * @param longest bytes its body may have
     * @param whole whether its body is in memory whole before it is read
     * @param reception takes a body of so many bytes
     */
    record Route(String method, int longest, boolean whole, IntFunction<Reception> reception) {}

    /** The call at a path. */
    Optional<Route> at(String path) {
        return Optional.ofNullable(byPath.get(path));
    }

    private <Q extends MessageLite, A> void route(
            String method,
            int longest,
            Parser<Q> parser,
            BiFunction<SiteRecord, Q, CompletionStage<Outcome<A>>> handler) {
        byPath.put(
                FleetHttp.path(method),
                new Route(method, longest, true, length -> Reception.whole(length, parser, handler)));
    }
}
