package org.osteon.coordinator.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.bundle.LogEvidence;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.Merkle;
import org.osteon.audit.log.TlogProof;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;

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

    /**
     * An entry of a site's log as the site handed it in.
     *
     * @param site the site
     * @param leaf the entry's bytes
     * @param covered whether a head that this hub cosigned covers it, so that there is a proof
     */
    public record Entry(String site, byte[] leaf, boolean covered) {
        /** The entry, read. */
        public Event event() {
            return Event.read(leaf);
        }
    }

    /** The entries of all sites' logs that name a document, by site and place. */
    public List<Entry> naming(Digest document) {
        Map<String, Long> sizes = new HashMap<>();
        sites.all()
                .forEach(site ->
                        sizes.put(site.name(), head(site).map(Checkpoint::size).orElse(0L)));
        return store.read(sql -> sql.sql("SELECT site, idx, leaf FROM site_entry WHERE leaf LIKE ? ORDER BY site, idx")
                .param("%" + document.hex() + "%")
                .query((row, n) -> new Entry(
                        row.getString(1),
                        row.getString(3).getBytes(StandardCharsets.UTF_8),
                        row.getLong(2) < sizes.getOrDefault(row.getString(1), 0L)))
                .list());
    }

    /**
     * The proof that an entry is in a site's log, under the head that this hub cosigned last.
     *
     * @throws CallException with code {@code EVENT_UNKNOWN} where that head does not cover it, or as {@link #all} does
     */
    public TlogProof proof(String name, long index) {
        SiteRecord site = sites.find(name).orElseThrow(() -> absent(name, index));
        Checkpoint head =
                head(site).filter(seen -> index >= 0 && index < seen.size()).orElseThrow(() -> absent(name, index));
        List<byte[]> hashes = entries(site, head).stream().map(Merkle::leaf).toList();
        return TlogProof.of(
                new Merkle.Nodes() {
                    @Override
                    public byte[] hash(int level, long at) {
                        return level == 0
                                ? hashes.get(Math.toIntExact(at))
                                : Merkle.node(hash(level - 1, 2 * at), hash(level - 1, 2 * at + 1));
                    }
                },
                index,
                head);
    }

    private static CallException absent(String site, long index) {
        return CallException.absent(
                "EVENT_UNKNOWN", "no cosigned head of the log of site " + site + " covers entry " + index);
    }

    private Optional<Checkpoint> head(SiteRecord site) {
        return store.read(sql -> sql.sql("SELECT note FROM witnessed WHERE origin = ? AND size > 0")
                .param(site.logOrigin())
                .query((row, n) -> Checkpoint.parse(row.getString(1).getBytes(StandardCharsets.UTF_8)))
                .optional());
    }

    private Optional<LogEvidence> log(SiteRecord site) {
        return head(site).map(seen -> LogEvidence.of(site.name(), seen, List.of(), entries(site, seen)));
    }

    /** The entries under a head, which give its root. */
    private List<byte[]> entries(SiteRecord site, Checkpoint seen) {
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
        return entries;
    }
}
