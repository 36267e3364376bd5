package org.osteon.coordinator.people;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallDirectory;
import org.osteon.protocol.call.Principal;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.VerificationKey;

/** Callers of the hub's own services: people by their client keys, confirmed sites by their node keys. */
public final class Directory implements CallDirectory {
    private final HubStore store;
    private final String federation;

    /** A directory over the hub's database. */
    public Directory(HubStore store, String federation) {
        this.store = store;
        this.federation = federation;
    }

    /** Enters the client keys that init made; those entered before stay as they are. */
    public void enterClients(HubFolder folder) {
        for (String client : HubFolder.CLIENTS) {
            Path file = folder.folder().resolve("clients").resolve(client + ".key");
            if (Files.isReadable(file)) {
                VerificationKey key = KeyFile.readPublic(file);
                store.writeNow(sql -> sql.sql(
                                "INSERT INTO client(key_id, client_key, role, name) VALUES (?, ?, ?, ?) ON CONFLICT (key_id) DO NOTHING")
                        .params(key.keyId(), key.pem(), role(client), client)
                        .update());
            }
        }
    }

    @Override
    public Optional<Entry> find(String keyId) {
        Optional<Entry> client = store.read(sql -> sql.sql("SELECT client_key, role, name FROM client WHERE key_id = ?")
                .param(keyId)
                .query((row, n) -> entry(keyId, row.getString(1), row.getString(2), row.getString(3)))
                .optional());
        return client.isPresent()
                ? client
                : store.read(sql -> sql.sql(
                                "SELECT node_key, name FROM site WHERE key_id = ? AND state = 'confirmed' AND kind = 'governed'")
                        .param(keyId)
                        .query((row, n) -> entry(keyId, row.getString(1), "site", row.getString(2)))
                        .optional());
    }

    @Override
    public boolean firstUse(String keyId, String nonce, Instant forget) {
        return store.writeNow(sql -> {
            sql.sql("DELETE FROM used_nonce WHERE forget < ?")
                    .param(Instant.now().getEpochSecond() - 60)
                    .update();
            return sql.sql(
                                    "INSERT INTO used_nonce(key_id, nonce, forget) VALUES (?, ?, ?) ON CONFLICT (key_id, nonce) DO NOTHING")
                            .params(keyId, nonce, forget.getEpochSecond())
                            .update()
                    == 1;
        });
    }

    private Entry entry(String keyId, String pem, String role, String name) {
        return new Entry(VerificationKey.ofPem(pem), new Principal(keyId, role, name, federation));
    }

    private static String role(String client) {
        return "engineer".equals(client) ? "ml-engineer" : client;
    }
}
