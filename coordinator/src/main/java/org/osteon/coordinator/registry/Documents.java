package org.osteon.coordinator.registry;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osteon.audit.bundle.EvidenceSource;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DryRunAnswer;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.SigningKey;

/** Every document and object the hub keeps, by identity. */
public final class Documents implements EvidenceSource {
    private static final List<String> TABLES =
            List.of("study", "decision", "instruction", "reply", "receipt", "report");

    private final HubStore store;
    private final ObjectStore objects;
    private final SigningKey hubKey;

    /** The documents of this hub; model versions are signed with its key when they are handed out. */
    public Documents(HubStore store, ObjectStore objects, SigningKey hubKey) {
        this.store = store;
        this.objects = objects;
        this.hubKey = hubKey;
    }

    @Override
    public Optional<byte[]> document(Digest digest) {
        for (String table : TABLES) {
            Optional<String> envelope = text("SELECT envelope FROM " + table + " WHERE digest = ?", digest);
            if (envelope.isPresent()) {
                return envelope.filter(text -> !text.isEmpty()).map(text -> text.getBytes(StandardCharsets.UTF_8));
            }
        }
        return text("SELECT document FROM model WHERE digest = ?", digest)
                .map(text -> CanonicalJson.read(text.getBytes(StandardCharsets.UTF_8), ModelVersion.class))
                .map(version -> SignedDocument.sign(version, hubKey).bytes())
                .or(() -> dryRunAnswer(digest));
    }

    @Override
    public Optional<Path> object(Digest digest) {
        return Optional.of(digest).filter(objects::has).map(objects::file);
    }

    private Optional<byte[]> dryRunAnswer(Digest digest) {
        return store
                .read(sql -> sql.sql("SELECT answer FROM dry_run WHERE answer <> ''")
                        .query((row, n) -> row.getString(1))
                        .list())
                .stream()
                .map(text -> SignedDocument.read(text.getBytes(StandardCharsets.UTF_8), DryRunAnswer.class))
                .filter(answer -> answer.digest().equals(digest))
                .findFirst()
                .map(SignedDocument::bytes);
    }

    private Optional<String> text(String query, Digest digest) {
        return store.read(
                sql -> sql.sql(query).param(digest.hex()).query(String.class).optional());
    }
}
