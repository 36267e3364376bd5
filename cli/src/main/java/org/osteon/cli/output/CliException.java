package org.osteon.cli.output;

import java.util.Locale;

/** A verb ends here, with an exit code and one line for the person, in that person's language. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final ExitCode exitCode;
    private final String key;
    private final String code;
    private final String sentence;
    private final transient Object[] values;

    /** Ends with this code and the sentence under a key of the messages. */
    public CliException(ExitCode exitCode, String key, Object... values) {
        this(exitCode, key, "", "", values);
    }

    private CliException(ExitCode exitCode, String key, String code, String sentence, Object... values) {
        super(key.isEmpty() ? sentence : Messages.of(Locale.ENGLISH).say(key, values));
        this.exitCode = exitCode;
        this.key = key;
        this.code = code;
        this.sentence = sentence;
        this.values = values.clone();
    }

    /** Wrong call: exit 2. */
    public static CliException wrongCall(String key, Object... values) {
        return new CliException(ExitCode.WRONG_CALL, key, values);
    }

    /** Wrong call with a stable code: exit 2. */
    public static CliException wrongCallCoded(String code, String key, Object... values) {
        return new CliException(ExitCode.WRONG_CALL, key, code, "", values);
    }

    /**
     * Ends with what a library or a daemon found.
     *
     * @param code its stable code, empty where it has none
     * @param sentence what it says in English
     */
    public static CliException told(ExitCode exitCode, String code, String sentence) {
        return new CliException(exitCode, "", code, sentence);
    }

    /** The exit code. */
    public ExitCode exitCode() {
        return exitCode;
    }

    /** The stable code of what was found, empty where there is none. */
    public String code() {
        return code;
    }

    /** The line in a language. */
    public String sentence(Messages messages) {
        return key.isEmpty() ? messages.told(code, sentence) : messages.say(key, values);
    }
}
