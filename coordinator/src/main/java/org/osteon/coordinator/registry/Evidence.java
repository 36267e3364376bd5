package org.osteon.coordinator.registry;

import java.nio.file.Path;
import java.util.Optional;
import org.osteon.audit.bundle.BundleInput;
import org.osteon.audit.bundle.LogEvidence;
import org.osteon.audit.log.LogReader;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.SignedDocument;

/** What the hub can show for a release: its own cosigned log, the sites' logs and every document they name. */
public final class Evidence {
    private final HubEvents events;
    private final SiteLogs siteLogs;
    private final Documents documents;
    private final Path log;

    /**
     * Evidence of this hub.
     *
     * @param log folder of the hub's log
     */
    public Evidence(HubEvents events, SiteLogs siteLogs, Documents documents, Path log) {
        this.events = events;
        this.siteLogs = siteLogs;
        this.documents = documents;
        this.log = log;
    }

    /**
     * The evidence, or nothing while no other party has cosigned a head of the log of at least {@code leastSize}
     * entries.
     */
    public Optional<BundleInput> of(SignedDocument<Release> release, long leastSize) {
        return events.log()
                .cosigned(leastSize, 1)
                .map(head -> LogEvidence.of("hub", head, events.log().cosigned(), new LogReader(log)))
                .map(hub -> BundleInput.gather(release, hub, siteLogs.all(), documents));
    }
}
