package org.osteon.adapters.snapshot;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.osteon.adapters.mapping.Disposition;
import org.osteon.adapters.mapping.Reason;
import org.osteon.protocol.document.Manifest.SourceCount;

/** The counts of one source. Units are counted when they are read, and again when their fate is decided. */
final class Tally {
    private final String source;
    private final String unit;
    private final Map<Disposition, Long> counts = new EnumMap<>(Disposition.class);
    private final Map<String, Long> reasons = new TreeMap<>();
    private long read;

    Tally(String source, String unit) {
        this.source = source;
        this.unit = unit;
    }

    String source() {
        return source;
    }

    String unit() {
        return unit;
    }

    long read() {
        return read;
    }

    void unitRead() {
        read++;
    }

    void mapped() {
        counts.merge(Disposition.MAPPED, 1L, Long::sum);
    }

    void refused(Reason reason) {
        counts.merge(reason.disposition(), 1L, Long::sum);
        reasons.merge(reason.code(), 1L, Long::sum);
    }

    SourceCount count() {
        SourceCount count = new SourceCount(
                source,
                unit,
                read,
                of(Disposition.MAPPED),
                of(Disposition.FILTERED),
                of(Disposition.DUPLICATE),
                of(Disposition.REJECTED),
                of(Disposition.QUARANTINED),
                reasons);
        if (!count.balances()) {
            throw new IllegalStateException("the counts of source " + source + " do not balance");
        }
        return count;
    }

    private long of(Disposition disposition) {
        return counts.getOrDefault(disposition, 0L);
    }
}
