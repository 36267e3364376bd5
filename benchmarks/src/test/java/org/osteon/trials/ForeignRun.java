package org.osteon.trials;

import java.nio.charset.StandardCharsets;
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
    private ForeignRun() {}

    /** Puts the request there; returns its digest. */
    public static Digest ask(Path site, String federation, String name) throws SQLException {
        HostedRun run = new HostedRun(
                HostedRun.SCHEMA,
                federation,
                name,
                "superlink.example:9092",
                "someone/bones",
                "1.0.0",
                Digest.of("bones".getBytes(StandardCharsets.US_ASCII)),
                List.of(new HostedRun.Setting("lr", "real", "0.1")),
                List.of("train"),
                3,
                List.of(ArraySpec.shared("weight", "float32", 14)),
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
}
