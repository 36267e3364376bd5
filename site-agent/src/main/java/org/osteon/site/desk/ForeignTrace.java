package org.osteon.site.desk;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.snapshot.Snapshots;
import org.osteon.site.store.SiteStore;
import org.osteon.site.withdrawal.Withdrawals;

/**
 * Which apps of foreign runs a patient's row was shown to. What a server made of their answers nobody here knows, so
 * that there is no model to name. The answer never leaves this site.
 */
public final class ForeignTrace {
    private final SiteStore store;
    private final HostedRuns requests;
    private final Snapshots snapshots;
    private final Withdrawals withdrawals;

    /** Traces over what this site answered. */
    public ForeignTrace(SiteStore store, HostedRuns requests, Snapshots snapshots, Withdrawals withdrawals) {
        this.store = store;
        this.requests = requests;
        this.snapshots = snapshots;
        this.withdrawals = withdrawals;
    }

    /** Every foreign run whose app saw the patient's row, newest first: the run, its app and server, and how often. */
    List<Map<String, Object>> of(String pseudonym) {
        long until = withdrawals.since(pseudonym).map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
        List<Map<String, Object>> all = new ArrayList<>();
        for (SignedDocument<HostedRun> run : requests.all()) {
            long launches = launches(run.digest()).stream()
                    .filter(made -> made <= until)
                    .filter(made -> saw(run.digest(), made, pseudonym))
                    .count();
            if (launches > 0) {
                Map<String, Object> seen = new LinkedHashMap<>();
                seen.put("study", run.digest().hex());
                seen.put("app", run.document().app());
                seen.put("version", run.document().version());
                seen.put("server", run.document().server());
                seen.put("answered", launches);
                all.add(seen);
            }
        }
        return all;
    }

    private List<Long> launches(Digest run) {
        return store.read(sql -> sql.sql("SELECT made FROM charge WHERE study = ? ORDER BY made")
                .param(run.hex())
                .query(Long.class)
                .list());
    }

    /** Whether the approval in force at that time names rows that the patient is among. */
    private boolean saw(Digest run, long made, String pseudonym) {
        Optional<Capsule> capsule = store.read(sql -> sql.sql(
                        "SELECT envelope FROM decision WHERE study = ? AND kind = ? AND decided <= ?"
                                + " ORDER BY event DESC LIMIT 1")
                .params(run.hex(), EventType.CAPSULE_ACCEPTED.label(), made)
                .query((row, n) -> SignedDocument.read(row.getString(1).getBytes(StandardCharsets.UTF_8), Capsule.class)
                        .document())
                .optional());
        return capsule.stream()
                .flatMap(allowed -> allowed.data().stream().map(named -> {
                    try {
                        return snapshots.members(named, allowed.snapshot());
                    } catch (CohortSource.CohortUnavailable e) {
                        throw new IllegalStateException("rows that an app saw cannot be drawn again", e);
                    }
                }))
                .anyMatch(members -> members.contains(pseudonym));
    }
}
