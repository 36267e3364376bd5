package org.osteon.cli.output;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.settings.SettingsException;
import org.osteon.protocol.sign.SignatureException;

/** Turns what went wrong into an exit code and a line, once, at the edge. */
public final class Failures {
    private static final Pattern CODED = Pattern.compile("([A-Z][A-Z0-9_]+): (.*)", Pattern.DOTALL);

    private Failures() {}

    /** The ending that belongs to this failure; a bug stays a bug and shows its kind, not its stack. */
    public static CliException ending(Throwable failure) {
        if (failure instanceof CliException known) {
            return known;
        }
        if (failure instanceof StatusRuntimeException status) {
            return ofStatus(status.getStatus());
        }
        if (failure instanceof DocumentException document) {
            return CliException.told(ExitCode.WRONG_CALL, document.code(), String.valueOf(document.getMessage()));
        }
        if (failure instanceof SignatureException signature) {
            return CliException.told(ExitCode.WRONG_CALL, signature.code(), String.valueOf(signature.getMessage()));
        }
        if (failure instanceof SettingsException settings) {
            return CliException.told(ExitCode.WRONG_CALL, settings.code(), String.valueOf(failure.getMessage()));
        }
        if (failure instanceof UncheckedIOException io && io.getCause() != null) {
            return ending(io.getCause());
        }
        if (failure instanceof CharacterCodingException) {
            return CliException.wrongCall("error.file.text");
        }
        if (failure instanceof FileAlreadyExistsException there) {
            return CliException.wrongCall("error.file.there", there.getFile());
        }
        if (failure instanceof NoSuchFileException missing) {
            return CliException.wrongCall("error.file.missing", missing.getFile());
        }
        if (failure instanceof AccessDeniedException denied) {
            return CliException.wrongCall("error.file.denied", denied.getFile());
        }
        String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
        String sentence = failure.getClass().getSimpleName() + message;
        return failure instanceof IOException
                ? CliException.told(ExitCode.TRY_AGAIN, "", sentence)
                : new CliException(ExitCode.TRY_AGAIN, "error.bug", sentence);
    }

    private static CliException ofStatus(Status status) {
        String text = status.getDescription() == null ? "" : status.getDescription();
        Matcher coded = CODED.matcher(text);
        if (coded.matches()) {
            return CliException.told(exitCode(status), coded.group(1), coded.group(2));
        }
        if (status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return new CliException(ExitCode.TRY_AGAIN, "error.unreachable", text);
        }
        return CliException.told(
                exitCode(status), "", text.isBlank() ? status.getCode().name() : text);
    }

    private static ExitCode exitCode(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, OUT_OF_RANGE -> ExitCode.WRONG_CALL;
            case PERMISSION_DENIED, FAILED_PRECONDITION, UNAUTHENTICATED -> ExitCode.REFUSED;
            case DATA_LOSS -> ExitCode.DOES_NOT_HOLD;
            default -> ExitCode.TRY_AGAIN;
        };
    }
}
