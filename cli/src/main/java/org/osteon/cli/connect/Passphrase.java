package org.osteon.cli.connect;

import java.io.Console;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osteon.cli.output.CliException;
import picocli.CommandLine.Option;

/** A pass-phrase from a file or the keyboard, never from an argument. */
public final class Passphrase {
    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "file whose first line is the pass-phrase (default: ask at the keyboard)")
    private String file = "";

    /** Reads it; the caller wipes the array. */
    public char[] read(String prompt) {
        if (!file.isEmpty()) {
            try {
                byte[] bytes = Files.readAllBytes(Path.of(file));
                CharBuffer chars = StandardCharsets.UTF_8.decode(java.nio.ByteBuffer.wrap(bytes));
                int end = 0;
                while (end < chars.length() && chars.charAt(end) != '\n' && chars.charAt(end) != '\r') {
                    end++;
                }
                char[] out = new char[end];
                chars.get(out);
                return out;
            } catch (IOException e) {
                throw CliException.wrongCall("error.passphrase.file", file);
            }
        }
        Console console = System.console();
        if (console == null) {
            throw CliException.wrongCall("error.passphrase.keyboard");
        }
        char[] typed = console.readPassword("%s: ", prompt);
        if (typed == null) {
            throw CliException.wrongCall("error.passphrase.none");
        }
        return typed;
    }
}
