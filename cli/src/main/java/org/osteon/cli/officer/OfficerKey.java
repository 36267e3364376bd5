package org.osteon.cli.officer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osteon.cli.connect.Passphrase;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.Output;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The officer's key for what is told to the hub beside decisions; the pass-phrase is the confirmation. */
final class OfficerKey {
    @Option(names = "--key", paramLabel = "F", description = "your encrypted key file")
    private String key = "";

    @Mixin
    private final Passphrase passphrase = new Passphrase();

    /** Shows what would leave, to the byte, asks for the pass-phrase, and signs. */
    <T extends Statement> List<byte[]> sign(List<T> statements, Output output) {
        if (key.isEmpty()) {
            throw CliException.wrongCall("error.officer.key");
        }
        Path file = Path.of(key);
        if (!Files.isReadable(file)) {
            throw CliException.wrongCall("error.file.missing", file);
        }
        for (T statement : statements) {
            output.line(output.messages().say("sign.statement"));
            output.show(CanonicalJson.tree(statement));
            output.line(new String(statement.canonical(), StandardCharsets.UTF_8));
        }
        char[] typed = passphrase.read(output.messages().say("prompt.passphrase", file.getFileName()));
        try {
            SigningKey signing = KeyFile.readEncrypted(file, typed);
            List<byte[]> signed = new ArrayList<>();
            statements.forEach(statement ->
                    signed.add(SignedDocument.sign(statement, signing).bytes()));
            return signed;
        } finally {
            Arrays.fill(typed, '\0');
        }
    }
}
