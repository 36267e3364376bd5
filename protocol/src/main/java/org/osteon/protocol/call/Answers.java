package org.osteon.protocol.call;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.sign.SignatureException;
import org.osteon.protocol.v1.Answer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns failures into gRPC statuses, once, at the edge; a bug shows its kind in the log and nothing of itself to the
 * caller.
 */
public final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    /**
     * Most characters of a description. It travels in a header, and a client whose headers are too large loses the
     * connection with all its calls.
     */
    private static final int MOST_TEXT = 600;

    private Answers() {}

    /** Does the work; whatever it throws closes the call. */
    public static void guard(StreamObserver<?> observer, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            observer.onError(status(e).asRuntimeException());
        }
    }

    /** Answers with an object as JSON. */
    public static void json(StreamObserver<Answer> observer, Object value) {
        observer.onNext(Answer.newBuilder()
                .setJson(new String(CanonicalJson.write(value), StandardCharsets.UTF_8))
                .build());
        observer.onCompleted();
    }

    static Status status(RuntimeException e) {
        if (e instanceof CallException call) {
            Status.Code code = switch (call.kind()) {
                case WRONG -> Status.Code.INVALID_ARGUMENT;
                case ABSENT -> Status.Code.NOT_FOUND;
                case REFUSED -> Status.Code.FAILED_PRECONDITION;
                case DOES_NOT_HOLD -> Status.Code.DATA_LOSS;
            };
            return code.toStatus().withDescription(text(call.code(), call.getMessage()));
        }
        if (e instanceof DocumentException document) {
            return Status.INVALID_ARGUMENT.withDescription(text(document.code(), document.getMessage()));
        }
        if (e instanceof SignatureException signature) {
            return Status.INVALID_ARGUMENT.withDescription(text(signature.code(), signature.getMessage()));
        }
        if (Status.fromThrowable(e).getCode() == Status.Code.CANCELLED) {
            // The caller went away; nobody reads the answer, and nothing is wrong here.
            return Status.CANCELLED;
        }
        LOG.atError().setCause(e).log("a call failed");
        return Status.UNAVAILABLE.withDescription(
                "TRY_AGAIN: this could not be done now; the log of the daemon says why");
    }

    private static String text(String code, @Nullable String message) {
        String text = code + ": " + message;
        return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT - 1) + "…";
    }
}
