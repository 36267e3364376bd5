package org.osteon.site.egress;

import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.osteon.learning.LearningException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.GetFabRequest;
import org.osteon.protocol.flower.wire.GetRunRequest;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.Run;
import org.osteon.site.foreign.ForeignRuns;
import org.osteon.site.foreign.ForeignTraining;

/**
 * Messages without an Osteon instruction: run and bundle are fetched from the server, an officer's approval of exactly
 * that is asked for, and only then its app.
 */
final class ForeignMessages {
    private static final Duration CALL = Duration.ofSeconds(60);

    private final FleetCalls calls;
    private final ForeignRuns foreign;
    private final ForeignTraining training;

    ForeignMessages(FleetCalls calls, ForeignRuns foreign, ForeignTraining training) {
        this.calls = calls;
        this.foreign = foreign;
        this.training = training;
    }

    /**
     * The answer to a message; on disk when this returns.
     *
     * @param arrays what the message brings
     * @param objects folder with its objects
     * @throws LearningException with the code of why it is refused
     * @throws StatusRuntimeException when the server cannot be reached now
     */
    OutgoingMessage answer(Node node, Metadata message, List<ArraySpec> arrays, Path objects) {
        Run run;
        byte[] bundle;
        try {
            run = calls.call(
                            FleetGrpc.getGetRunMethod(),
                            GetRunRequest.newBuilder()
                                    .setNode(node)
                                    .setRunId(message.getRunId())
                                    .build(),
                            CALL)
                    .getRun();
            bundle = calls.call(
                            FleetGrpc.getGetFabMethod(),
                            GetFabRequest.newBuilder()
                                    .setNode(node)
                                    .setHashStr(run.getFabHash())
                                    .setRunId(message.getRunId())
                                    .build(),
                            CALL)
                    .getFab()
                    .getContent()
                    .toByteArray();
        } catch (StatusRuntimeException e) {
            if (FleetSession.passes(e)) {
                throw e;
            }
            throw new LearningException("RUN_UNREADABLE", "the server does not show the run of a message");
        }
        ForeignRuns.Verdict verdict = foreign.judge(message.getMessageType(), run, bundle, arrays);
        if (verdict instanceof ForeignRuns.Verdict.Approved approved) {
            return training.answer(approved, bundle, message, objects);
        }
        throw new LearningException(
                ((ForeignRuns.Verdict.Refused) verdict).code(), "a run without Osteon's instructions is not followed");
    }

    /** The server has the answer to this message. */
    void sent(Metadata message) {
        training.sent(message);
    }
}
