package org.osteon.coordinator.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.osteon.coordinator.enrolment.Presence;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.FleetHandlers;

/**
 * A site in the list.
 *
 * @param contact epoch milliseconds of its last call, 0 for none
 * @param link {@code connected}, {@code hung-up}, {@code silent} for longer than a poll takes, or {@code none} where
 *     its calls do not count
 * @param release its agent's software as it tells, empty for not told
 * @param skew its clock less the hub's, milliseconds
 * @param keyUntil until when its node key counts, epoch milliseconds; 0 for no key in the trust document
 * @param certificateUntil until when the certificate of its own port is valid; 0 for not told
 * @param cares what an operator should look at, as codes
 */
record SiteLine(
        SiteRecord site,
        String fingerprint,
        long contact,
        String link,
        String release,
        long skew,
        long keyUntil,
        long certificateUntil,
        List<String> cares) {
    private static final long SILENT_MILLIS = 60_000;
    private static final long SOON = Duration.ofDays(30).toMillis();

    /** What comes first needs somebody. */
    static final Comparator<SiteLine> BY_NEED = Comparator.<SiteLine>comparingInt(
                    line -> line.pending() ? 0 : line.cares().isEmpty() ? 2 : 1)
            .thenComparing(line -> line.site().name());

    /** Every site, by need. */
    static List<SiteLine> all(Sites sites, FleetHandlers fleet, Presence presence, long now) {
        Map<String, Long> until = sites.nodeKeysUntil();
        return sites.all().stream()
                .map(site -> of(site, fleet, presence, until.getOrDefault(site.name(), 0L), now))
                .sorted(BY_NEED)
                .toList();
    }

    private static SiteLine of(SiteRecord site, FleetHandlers fleet, Presence presence, long keyUntil, long now) {
        Presence.Told told = presence.told(site.name()).orElse(new Presence.Told("", 0, 0, 0));
        long contact = Math.max(Math.max(fleet.lastContact(site.nodeId()), presence.contact(site.name())), told.at());
        boolean silent = now - contact > SILENT_MILLIS;
        String link =
                !site.active() ? "none" : presence.hungUp(site.name()) ? "hung-up" : silent ? "silent" : "connected";
        List<String> cares = new ArrayList<>();
        if (site.active()) {
            if ("silent".equals(link) || "hung-up".equals(link)) {
                cares.add(link);
            }
            if (told.skewed()) {
                cares.add("skewed");
            }
            if (keyUntil > 0 && keyUntil - now < SOON) {
                cares.add("key");
            }
            if (told.certificateUntil() > 0 && told.certificateUntil() - now < SOON) {
                cares.add("certificate");
            }
        }
        return new SiteLine(
                site,
                site.nodeKey().fingerprint(),
                contact,
                link,
                told.release(),
                told.skew(),
                keyUntil,
                told.certificateUntil(),
                List.copyOf(cares));
    }

    /** Whether its fingerprint is not confirmed yet. */
    public boolean pending() {
        return "pending".equals(site.state());
    }

    /** Whether its clock is ahead of the hub's. */
    public boolean ahead() {
        return skew > 0;
    }
}
