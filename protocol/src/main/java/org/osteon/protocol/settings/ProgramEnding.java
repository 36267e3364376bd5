package org.osteon.protocol.settings;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.sign.SignatureException;

/**
 * How a daemon's own program ends when it cannot do what it was called for: one line on standard error, under
 * {@code --json} also an object on standard output, an exit status of the command's table, and no stack.
 *
 * @param exit 2 wrong call, 3 refused, 4 try again
 * @param code stable code, empty where there is none
 * @param sentence what is wrong, with which value, and what to do
 */
public record ProgramEnding(int exit, String code, String sentence) {
    private static final int WRONG_CALL = 2;
    private static final int TRY_AGAIN = 4;

    /** The ending that belongs to a failure. */
    public static ProgramEnding of(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof ProgramFailure known) {
            return new ProgramEnding(known.exit(), known.code(), message);
        }
        if (failure instanceof DocumentException document) {
            return new ProgramEnding(WRONG_CALL, document.code(), message);
        }
        if (failure instanceof SignatureException signature) {
            return new ProgramEnding(WRONG_CALL, signature.code(), message);
        }
        if (failure instanceof SettingsException settings) {
            return new ProgramEnding(WRONG_CALL, settings.code(), message);
        }
        if (failure instanceof IllegalArgumentException) {
            return new ProgramEnding(WRONG_CALL, "", message);
        }
        if (failure instanceof AccessDeniedException denied) {
            return new ProgramEnding(WRONG_CALL, "", "you may not read or write " + denied.getFile());
        }
        Throwable cause = failure.getCause();
        if (cause != null) {
            return of(cause);
        }
        return new ProgramEnding(
                TRY_AGAIN,
                "",
                failure instanceof IOException || failure instanceof UncheckedIOException
                        ? message
                        : "this should not have happened, please report it: "
                                + failure.getClass().getSimpleName() + ": " + message);
    }

    /** Says it. */
    public void tell(PrintStream out, PrintStream err, boolean json) {
        err.println("osteon: " + (code.isEmpty() ? "" : code + ": ") + sentence);
        if (json) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("ok", false);
            view.put("error", sentence);
            view.put("code", code);
            view.put("exit", exit);
            out.println(new String(CanonicalJson.write(view), StandardCharsets.UTF_8));
        }
    }
}
