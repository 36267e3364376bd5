package org.osteon.protocol.flower.fleet;

import java.util.concurrent.CompletionStage;
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
 * A Fleet endpoint: the twelve calls of Flower's Fleet service, asynchronous, over our own messages and outcomes. A
 * stage that ends exceptionally is a fault of ours; a carrier answers it as {@link Outcome.Transient}. Handlers must
 * not trust any id in a body before comparing it with the caller.
 */
public interface FleetHandlers {
    /** Gives a new key a node id. The body's key must be the caller's. */
    CompletionStage<Outcome<RegisterNodeFleetResponse>> registerNode(Caller caller, RegisterNodeFleetRequest request);

    /** Opens a session of a registered key and fences an older one. The body's key must be the caller's. */
    CompletionStage<Outcome<ActivateNodeResponse>> activateNode(Caller caller, ActivateNodeRequest request);

    /** Ends the session. */
    CompletionStage<Outcome<DeactivateNodeResponse>> deactivateNode(Caller caller, DeactivateNodeRequest request);

    /** Forgets a node that registered itself. */
    CompletionStage<Outcome<UnregisterNodeFleetResponse>> unregisterNode(
            Caller caller, UnregisterNodeFleetRequest request);

    /** Keeps the session open; answers success always, since a SuperNode's heartbeat thread dies of a false. */
    CompletionStage<Outcome<SendNodeHeartbeatResponse>> sendNodeHeartbeat(
            Caller caller, SendNodeHeartbeatRequest request);

    /** The next instruction for the caller, or none after at most 25 seconds; no thread is held while waiting. */
    CompletionStage<Outcome<PullMessagesResponse>> pullMessages(Caller caller, PullMessagesRequest request);

    /** Announces replies and their trees, and learns which objects are missing. */
    CompletionStage<Outcome<PushMessagesResponse>> pushMessages(Caller caller, PushMessagesRequest request);

    /** A run's facts. */
    CompletionStage<Outcome<GetRunResponse>> getRun(Caller caller, GetRunRequest request);

    /** The app bundle, always a zip. */
    CompletionStage<Outcome<GetFabResponse>> getFab(Caller caller, GetFabRequest request);

    /** Stores an object that the caller announced. */
    CompletionStage<Outcome<PushObjectResponse>> pushObject(Caller caller, PushObjectRequest request);

    /** An object reachable from a message to the caller; others are not found. */
    CompletionStage<Outcome<PullObjectResponse>> pullObject(Caller caller, PullObjectRequest request);

    /** The caller holds all objects of an instruction. */
    CompletionStage<Outcome<ConfirmMessageReceivedResponse>> confirmMessageReceived(
            Caller caller, ConfirmMessageReceivedRequest request);
}
