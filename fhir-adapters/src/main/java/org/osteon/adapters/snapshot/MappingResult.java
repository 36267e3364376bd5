package org.osteon.adapters.snapshot;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.osteon.protocol.document.Manifest;
import org.osteon.protocol.document.SignedDocument;

/**
 * What a mapping wrote; the counts are sums over the sources and {@code read = mapped + filtered + duplicate + rejected
 * + quarantined}.
 *
 * @param snapshot the snapshot folder
 * @param manifest its signed manifest
 */
public record MappingResult(Path snapshot, SignedDocument<Manifest> manifest) {
    /** Units read. */
    public long read() {
        return sum(Manifest.SourceCount::read);
    }

    /** Units that became rows. */
    public long mapped() {
        return sum(Manifest.SourceCount::mapped);
    }

    /** Units that the profile leaves out. */
    public long filtered() {
        return sum(Manifest.SourceCount::filtered);
    }

    /** Units seen before. */
    public long duplicate() {
        return sum(Manifest.SourceCount::duplicate);
    }

    /** Units that cannot be used. */
    public long rejected() {
        return sum(Manifest.SourceCount::rejected);
    }

    /** Units put aside for a person. */
    public long quarantined() {
        return sum(Manifest.SourceCount::quarantined);
    }

    /** How often each reason was given for a unit that was not mapped, by reason code. */
    public Map<String, Long> reasons() {
        Map<String, Long> all = new TreeMap<>();
        for (Manifest.SourceCount source : manifest.document().sources()) {
            source.reasons().forEach((code, count) -> all.merge(code, count, Long::sum));
        }
        return all;
    }

    private long sum(ToLongFunction<Manifest.SourceCount> count) {
        return manifest.document().sources().stream().mapToLong(count).sum();
    }
}
