package org.osteon.site.approval;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.store.SiteStore;

/**
 * What foreign runs asked of this site, as requests to its officer; the node key vouches that the site derived them.
 */
public final class HostedRuns {
    private final SiteStore store;
    private final SiteEvents events;
    private final SigningKey nodeKey;
    private final ClockGuard clock;

    /** The requests of this site. */
    public HostedRuns(SiteStore store, SiteEvents events, SigningKey nodeKey, ClockGuard clock) {
        this.store = store;
        this.events = events;
        this.nodeKey = nodeKey;
        this.clock = clock;
    }

    /** Keeps a request; the first time it is in the log. */
    public void keep(HostedRun run) {
        if (find(run.digest()).isPresent()) {
            return;
        }
        SignedDocument<HostedRun> signed = SignedDocument.sign(run, nodeKey);
        store.write(sql -> {
            int added = sql.sql(
                            "INSERT INTO hosted_run(digest, envelope, received) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING")
                    .params(
                            signed.digest().hex(),
                            new String(signed.bytes(), StandardCharsets.UTF_8),
                            clock.now().toEpochMilli())
                    .update();
            if (added == 1) {
                events.add(
                        sql,
                        EventDraft.of(EventType.HOSTED_RUN_ASKED, run.site(), "site")
                                .about(run.app())
                                .ref("study", signed.digest())
                                .ref("fab", run.fab()));
            }
            return added;
        });
        events.publish();
    }

    /** A request by digest. */
    public Optional<SignedDocument<HostedRun>> find(Digest digest) {
        return store.read(sql -> sql.sql("SELECT envelope FROM hosted_run WHERE digest = ?")
                .param(digest.hex())
                .query((row, n) -> read(row.getString(1)))
                .optional());
    }

    /** All requests, newest first. */
    public List<SignedDocument<HostedRun>> all() {
        return store.read(sql -> sql.sql("SELECT envelope FROM hosted_run ORDER BY received DESC, digest")
                .query((row, n) -> read(row.getString(1)))
                .list());
    }

    /** A request by digest or its first digits; absent when none or several begin so. */
    public Optional<SignedDocument<HostedRun>> named(String reference) {
        List<SignedDocument<HostedRun>> found = all().stream()
                .filter(run -> run.digest().hex().startsWith(reference))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static SignedDocument<HostedRun> read(String envelope) {
        return SignedDocument.read(envelope.getBytes(StandardCharsets.UTF_8), HostedRun.class);
    }
}
