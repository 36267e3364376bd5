package org.osteon.coordinator.enrolment;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.osteon.audit.log.Checkpoint;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.settings.HubFolder;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.sign.VerificationKey;

/** The trust document as it stands now, signed by the hub. */
public final class TrustBook {
    private final HubStore store;
    private final HubEvents events;
    private final Sites sites;
    private final HubFolder folder;
    private final Clock clock;

    /** A book over the hub's tables. */
    public TrustBook(HubStore store, HubEvents events, Sites sites, HubFolder folder, Clock clock) {
        this.store = store;
        this.events = events;
        this.sites = sites;
        this.folder = folder;
        this.clock = clock;
    }

    /** The document with the sizes of all logs seen so far. */
    public SignedDocument<TrustDocument> current() {
        List<TrustDocument.TrustedKey> keys = store.read(sql -> sql.sql(
                        "SELECT role, holder, public_key, not_before, not_after FROM trusted_key ORDER BY role, holder, key_id")
                .query((row, n) -> new TrustDocument.TrustedKey(
                        row.getString(1),
                        row.getString(2),
                        VerificationKey.ofPem(row.getString(3)),
                        Instant.ofEpochMilli(row.getLong(4)),
                        Instant.ofEpochMilli(row.getLong(5)),
                        ""))
                .list());
        List<TrustDocument.TrustedLog> logs = new ArrayList<>();
        Checkpoint head = events.publish();
        logs.add(new TrustDocument.TrustedLog(
                "hub",
                head.origin(),
                folder.logKey().publicKey(),
                head.size(),
                head.size() == 0 ? "" : head.rootBase64()));
        List<SiteRecord> governed = sites.all().stream()
                .filter(SiteRecord::governed)
                .filter(site -> !"pending".equals(site.state()))
                .toList();
        for (SiteRecord site : governed) {
            logs.add(log(site));
        }
        List<TrustDocument.TrustedKey> all = new ArrayList<>(keys);
        all.add(new TrustDocument.TrustedKey(
                "cosigner",
                "hub",
                folder.cosignerKey().publicKey(),
                folder.root().created(),
                folder.root().created().plus(3650, ChronoUnit.DAYS),
                ""));
        int quorum = governed.isEmpty() ? 0 : 1;
        int version = (int) Math.min(Integer.MAX_VALUE, head.size() + 1);
        return SignedDocument.sign(
                new TrustDocument(
                        TrustDocument.SCHEMA,
                        folder.root(),
                        version,
                        all,
                        logs,
                        quorum,
                        clock.instant().truncatedTo(ChronoUnit.SECONDS)),
                folder.hubKey());
    }

    private TrustDocument.TrustedLog log(SiteRecord site) {
        return store.read(sql -> sql.sql("SELECT size, root FROM witnessed WHERE origin = ?")
                .param(site.logOrigin())
                .query((row, n) -> new TrustDocument.TrustedLog(
                        site.name(),
                        site.logOrigin(),
                        VerificationKey.ofPem(site.logKey()),
                        row.getLong(1),
                        row.getString(2)))
                .optional()
                .orElseGet(() -> new TrustDocument.TrustedLog(
                        site.name(), site.logOrigin(), VerificationKey.ofPem(site.logKey()), 0, "")));
    }
}
