package org.osteon.trials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.KeyFile;

/**
 * A request of a foreign run in a site's database, as the agent derives it from a message of a SuperLink; the trial has
 * no SuperLink.
 */
public final class ForeignRun {
    private static final String MECHANISM = "{\"kind\":\"ExactRelease\"}";

    private ForeignRun() {}

    /** Puts the request for a training and its evaluation there; returns its digest. */
    public static Digest ask(Path site, String federation, String name) throws SQLException {
        return ask(site, federation, name, HostedRun.MESSAGE_TYPES, List.of(ArraySpec.shared("weight", "float32", 14)));
    }

    /** Puts the request for a query alone there; returns its digest. */
    public static Digest askQuery(Path site, String federation, String name) throws SQLException {
        return ask(site, federation, name, List.of("query"), List.of());
    }

    private static Digest ask(Path site, String federation, String name, List<String> types, List<ArraySpec> arrays)
            throws SQLException {
        HostedRun run = new HostedRun(
                HostedRun.SCHEMA,
                federation,
                name,
                "superlink.example:9092",
                "someone/bones",
                "1.0.0",
                Digest.of("bones".getBytes(StandardCharsets.US_ASCII)),
                List.of(new HostedRun.Setting("lr", "real", "0.1")),
                types,
                3,
                arrays,
                List.of("num-examples"));
        SignedDocument<HostedRun> signed = SignedDocument.sign(run, KeyFile.readPlain(site.resolve("node.key")));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + site.resolve("site.db"));
                PreparedStatement row = connection.prepareStatement(
                        "INSERT INTO hosted_run(digest, envelope, received) VALUES (?, ?, ?)")) {
            row.setString(1, signed.digest().hex());
            row.setString(2, new String(signed.bytes(), StandardCharsets.UTF_8));
            row.setLong(3, System.currentTimeMillis());
            row.executeUpdate();
        }
        return signed.digest();
    }

    /**
     * Puts a launch of its app there, charged, with what the app wrote; returns the digest of the message it was for.
     */
    public static Digest launched(Path site, Digest run) throws SQLException, IOException {
        Digest message = Digest.of(run.raw());
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + site.resolve("site.db"));
                PreparedStatement row = connection.prepareStatement(
                        "INSERT INTO charge(id, study, run, round, mechanism, state, made, exchange) VALUES (?, ?, '7', 1, ?, 'committed', ?, 'train')")) {
            row.setString(1, message.hex());
            row.setString(2, run.hex());
            row.setString(3, MECHANISM);
            row.setLong(4, System.currentTimeMillis());
            row.executeUpdate();
        }
        Path outputs = Files.createDirectories(site.resolve("hosted").resolve("output"));
        Files.writeString(outputs.resolve(message.hex()), "2 epochs, 41 rows\n");
        return message;
    }
}
