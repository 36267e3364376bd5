package org.osteon.protocol.flower.fleet;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.wire.ActivateNodeRequest;
import org.osteon.protocol.flower.wire.ActivateNodeResponse;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedRequest;
import org.osteon.protocol.flower.wire.ConfirmMessageReceivedResponse;
import org.osteon.protocol.flower.wire.DeactivateNodeRequest;
import org.osteon.protocol.flower.wire.DeactivateNodeResponse;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetFabResponse;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.GetRunResponse;
import org.osteon.protocol.flower.wire.PullMessagesRequest;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PullObjectRequest;
import org.osteon.protocol.flower.wire.PullObjectResponse;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;
import org.osteon.protocol.flower.wire.RegisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.RegisterNodeFleetResponse;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatRequest;
import org.osteon.protocol.flower.wire.SendNodeHeartbeatResponse;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetRequest;
import org.osteon.protocol.flower.wire.UnregisterNodeFleetResponse;

/**
 * One of the twelve calls: its names on both carriers, its messages, and the handler it goes to. A carrier is a loop
 * over {@link #all()}.
 *
 * @param <Q> the request
 * @param <R> the response
 */
public final class FleetMethod<Q extends Message, R extends Message> {
    private static final List<FleetMethod<?, ?>> ALL = List.of(
            new FleetMethod<>(
                    "RegisterNode",
                    RegisterNodeFleetRequest.getDefaultInstance(),
                    RegisterNodeFleetResponse.getDefaultInstance(),
                    FleetHandlers::registerNode),
            new FleetMethod<>(
                    "ActivateNode",
                    ActivateNodeRequest.getDefaultInstance(),
                    ActivateNodeResponse.getDefaultInstance(),
                    FleetHandlers::activateNode),
            new FleetMethod<>(
                    "DeactivateNode",
                    DeactivateNodeRequest.getDefaultInstance(),
                    DeactivateNodeResponse.getDefaultInstance(),
                    FleetHandlers::deactivateNode),
            new FleetMethod<>(
                    "UnregisterNode",
                    UnregisterNodeFleetRequest.getDefaultInstance(),
                    UnregisterNodeFleetResponse.getDefaultInstance(),
                    FleetHandlers::unregisterNode),
            new FleetMethod<>(
                    "SendNodeHeartbeat",
                    SendNodeHeartbeatRequest.getDefaultInstance(),
                    SendNodeHeartbeatResponse.getDefaultInstance(),
                    FleetHandlers::sendNodeHeartbeat),
            new FleetMethod<>(
                    "PullMessages",
                    PullMessagesRequest.getDefaultInstance(),
                    PullMessagesResponse.getDefaultInstance(),
                    FleetHandlers::pullMessages),
            new FleetMethod<>(
                    "PushMessages",
                    PushMessagesRequest.getDefaultInstance(),
                    PushMessagesResponse.getDefaultInstance(),
                    FleetHandlers::pushMessages),
            new FleetMethod<>(
                    "GetRun",
                    GetRunRequest.getDefaultInstance(),
                    GetRunResponse.getDefaultInstance(),
                    FleetHandlers::getRun),
            new FleetMethod<>(
                    "GetFab",
                    GetFabRequest.getDefaultInstance(),
                    GetFabResponse.getDefaultInstance(),
                    FleetHandlers::getFab),
            new FleetMethod<>(
                    "PushObject",
                    PushObjectRequest.getDefaultInstance(),
                    PushObjectResponse.getDefaultInstance(),
                    FleetHandlers::pushObject),
            new FleetMethod<>(
                    "PullObject",
                    PullObjectRequest.getDefaultInstance(),
                    PullObjectResponse.getDefaultInstance(),
                    FleetHandlers::pullObject),
            new FleetMethod<>(
                    "ConfirmMessageReceived",
                    ConfirmMessageReceivedRequest.getDefaultInstance(),
                    ConfirmMessageReceivedResponse.getDefaultInstance(),
                    FleetHandlers::confirmMessageReceived));

    private final String name;
    private final Q request;
    private final R response;
    private final Handler<Q, R> handler;

    private FleetMethod(String name, Q request, R response, Handler<Q, R> handler) {
        this.name = name;
        this.request = request;
        this.response = response;
        this.handler = handler;
    }

    /** How a call reaches its handler. */
    @FunctionalInterface
    interface Handler<Q, R> {
        CompletionStage<Outcome<R>> handle(FleetHandlers handlers, Caller caller, Q request);
    }

    /** The twelve, in the order of a node's life. */
    public static List<FleetMethod<?, ?>> all() {
        return ALL;
    }

    /** The name in gRPC, such as {@code PullMessages} of {@code flwr.proto.Fleet}. */
    public String name() {
        return name;
    }

    /** The path on the HTTP carrier, such as {@code /v1/fleet/pull-messages}. */
    public String httpPath() {
        return "/v1/fleet/" + name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(java.util.Locale.ROOT);
    }

    /** The request without any field set, for parsers. */
    public Q request() {
        return request;
    }

    /** The response without any field set, for parsers. */
    public R response() {
        return response;
    }

    /**
     * Parses a request.
     *
     * @throws FlowerException with code {@code MESSAGE_MALFORMED} when the bytes are no such message
     */
    @SuppressWarnings("unchecked")
    public Q parseRequest(byte[] bytes) {
        try {
            return (Q) request.getParserForType().parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new FlowerException("MESSAGE_MALFORMED", "the body is no protobuf message for " + name);
        }
    }

    /**
     * Parses a response.
     *
     * @throws FlowerException with code {@code MESSAGE_MALFORMED} when the bytes are no such message
     */
    @SuppressWarnings("unchecked")
    public R parseResponse(byte[] bytes) {
        try {
            return (R) response.getParserForType().parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new FlowerException("MESSAGE_MALFORMED", "the answer is no protobuf message of " + name);
        }
    }

    /** Hands a request to its handler; what a handler throws is the stage's failure. */
    public CompletionStage<Outcome<R>> call(FleetHandlers handlers, Caller caller, Q message) {
        try {
            return handler.handle(handlers, caller, message);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
