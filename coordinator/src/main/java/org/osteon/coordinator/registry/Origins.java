package org.osteon.coordinator.registry;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;

/** On which data and by whose approval the updates that went into a model version were made. */
public final class Origins {
    private final HubStore store;

    /** From the hub's documents. */
    public Origins(HubStore store) {
        this.store = store;
    }

    /**
     * Where one update comes from.
     *
     * @param capsule the approval that the site's signed reply names
     * @param snapshot commitment to the data that it approves; the digest of nothing where the approval is not here
     */
    public record Origin(String site, Digest snapshot, Digest capsule, Digest update, long weight) {}

    /** The updates counted in a governed version's own round, in site order. */
    public List<Origin> of(ModelVersion version) {
        if (!version.governed() || version.inputs().isEmpty()) {
            return List.of();
        }
        Map<String, Digest> capsules = new HashMap<>();
        store.read(sql -> sql.sql(
                        "SELECT site, envelope FROM reply WHERE run = ? AND round = ? AND exchange = 'train' AND outcome = 'accepted'")
                .params(version.run(), version.round())
                .query((row, n) -> capsules.put(
                        row.getString(1),
                        SignedDocument.read(row.getString(2).getBytes(StandardCharsets.UTF_8), Reply.class)
                                .document()
                                .capsule()))
                .list());
        Map<Digest, Digest> snapshots = new HashMap<>();
        store.read(sql -> sql.sql("SELECT envelope FROM decision WHERE study = ? AND kind = 'capsule'")
                .param(version.study().hex())
                .query((row, n) -> {
                    SignedDocument<Capsule> capsule =
                            SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), Capsule.class);
                    return snapshots.put(capsule.digest(), capsule.document().snapshot());
                })
                .list());
        return version.inputs().stream()
                .map(input -> {
                    Digest capsule = capsules.getOrDefault(input.site(), Reply.NOTHING);
                    return new Origin(
                            input.site(),
                            snapshots.getOrDefault(capsule, Reply.NOTHING),
                            capsule,
                            input.update(),
                            input.weight());
                })
                .toList();
    }
}
