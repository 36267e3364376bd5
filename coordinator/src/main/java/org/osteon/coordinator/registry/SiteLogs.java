package org.osteon.coordinator.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osteon.audit.bundle.LogEvidence;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.Merkle;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;

/** The copies of sites' logs that the hub keeps, each at the largest head that it cosigned. */
public final class SiteLogs {
    private final HubStore store;
    private final Sites sites;

    /** The copies at this hub. */
    public SiteLogs(HubStore store, Sites sites) {
        this.store = store;
        this.sites = sites;
    }

    /**
     * The logs of all sites that have one.
     *
     * @throws CallException with code {@code SITE_LOG_INCOMPLETE} while a site has not handed in every entry that was
     *     cosigned, or {@code SITE_LOG_DIFFERS} when those it handed in are not those it had cosigned
     */
    public List<LogEvidence> all() {
        List<LogEvidence> logs = new ArrayList<>();
        for (SiteRecord site : sites.all()) {
            if (site.governed()) {
                log(site).ifPresent(logs::add);
            }
        }
        return logs;
    }

    private Optional<LogEvidence> log(SiteRecord site) {
        Optional<Checkpoint> head =
                store.read(sql -> sql.sql("SELECT note FROM witnessed WHERE origin = ? AND size > 0")
                        .param(site.logOrigin())
                        .query((row, n) -> Checkpoint.parse(row.getString(1).getBytes(StandardCharsets.UTF_8)))
                        .optional());
        return head.map(seen -> {
            List<byte[]> entries =
                    store.read(sql -> sql.sql("SELECT leaf FROM site_entry WHERE site = ? AND idx < ? ORDER BY idx")
                            .params(site.name(), seen.size())
                            .query((row, n) -> row.getString(1).getBytes(StandardCharsets.UTF_8))
                            .list());
            if (entries.size() < seen.size()) {
                throw CallException.refused(
                        "SITE_LOG_INCOMPLETE",
                        "site " + site.name()
                                + " has not handed in every entry of its cosigned log yet; try again in a moment");
            }
            if (!Arrays.equals(Merkle.root(entries), seen.root())) {
                throw CallException.refused(
                        "SITE_LOG_DIFFERS",
                        "the entries that site " + site.name()
                                + " handed in do not give the head of its log that was cosigned; an operator can revoke the site");
            }
            return LogEvidence.of(site.name(), seen, List.of(), entries);
        });
    }
}
