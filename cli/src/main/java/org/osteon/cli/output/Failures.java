package org.osteon.cli.output;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.settings.SettingsException;
import org.osteon.protocol.sign.SignatureException;

/** Turns what went wrong into an exit code and a line, once, at the edge. */
public final class Failures {
    private Failures() {}

    /** The ending that belongs to this failure; a bug stays a bug and shows its kind, not its stack. */
    public static CliException ending(Throwable failure) {
        if (failure instanceof CliException known) {
            return known;
        }
        if (failure instanceof StatusRuntimeException status) {
            return new CliException(exitCode(status.getStatus()), sentence(status.getStatus()));
        }
        if (failure instanceof DocumentException document) {
            return CliException.wrongCall(document.code() + ": " + document.getMessage());
        }
        if (failure instanceof SignatureException signature) {
            return CliException.wrongCall(signature.code() + ": " + signature.getMessage());
        }
        if (failure instanceof SettingsException) {
            return CliException.wrongCall(String.valueOf(failure.getMessage()));
        }
        String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
        return new CliException(ExitCode.TRY_AGAIN, failure.getClass().getSimpleName() + message);
    }

    private static ExitCode exitCode(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, OUT_OF_RANGE -> ExitCode.WRONG_CALL;
            case PERMISSION_DENIED, FAILED_PRECONDITION, UNAUTHENTICATED -> ExitCode.REFUSED;
            case DATA_LOSS -> ExitCode.DOES_NOT_HOLD;
            default -> ExitCode.TRY_AGAIN;
        };
    }

    private static String sentence(Status status) {
        String text = status.getDescription();
        if (status.getCode() == Status.Code.UNAVAILABLE) {
            return "the daemon cannot be reached or is busy" + (text == null ? "" : " (" + text + ")")
                    + "; nothing was lost, try again";
        }
        return text == null || text.isBlank() ? status.getCode().name() : text;
    }
}
