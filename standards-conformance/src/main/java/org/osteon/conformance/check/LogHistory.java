package org.osteon.conformance.check;

import java.util.List;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.NoteKey;

/**
 * A log as somebody kept it: its entries, and the heads of it that were retained.
 *
 * @param holder {@code hub} or the site's name
 * @param key the key that signs the log's heads
 * @param heads retained heads
 * @param leaves entries in order, as far as they are kept
 */
public record LogHistory(String holder, NoteKey key, List<Checkpoint> heads, List<byte[]> leaves) {
    /** Takes copies of the lists. */
    public LogHistory {
        heads = List.copyOf(heads);
        leaves = List.copyOf(leaves);
    }
}
