package org.osteon.audit.bundle;

import java.util.ArrayList;
import java.util.List;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogReader;

/**
 * One party's log as it goes into a bundle.
 *
 * @param holder {@code hub} or the site's name
 * @param head the head the log is shown at, with its cosignatures
 * @param cosigned smaller heads that were cosigned, with their cosignatures
 * @param entries hands out the entries from one index up to another
 */
public record LogEvidence(String holder, Checkpoint head, List<Checkpoint> cosigned, LogReader.Entries entries) {
    /** Takes a copy; leaves out heads larger than the one shown. */
    public LogEvidence {
        long size = head.size();
        cosigned = cosigned.stream().filter(seen -> seen.size() <= size).toList();
    }

    /** The log in a folder, shown at this head. */
    public static LogEvidence of(String holder, Checkpoint head, List<Checkpoint> cosigned, LogReader reader) {
        return new LogEvidence(holder, head, cosigned, reader::entries);
    }

    /** A log of which only the entries are here. */
    public static LogEvidence of(String holder, Checkpoint head, List<Checkpoint> cosigned, List<byte[]> entries) {
        return new LogEvidence(
                holder,
                head,
                cosigned,
                (from, to, consumer) -> entries.subList((int) from, (int) to).forEach(consumer));
    }

    /** The events up to the head, in order. */
    List<Event> events() {
        List<Event> events = new ArrayList<>();
        entries.entries(0, head.size(), leaf -> events.add(Event.read(leaf)));
        return events;
    }

    /** Where the log lies in a bundle. */
    String folder() {
        return folder(holder);
    }

    static String folder(String holder) {
        return "hub".equals(holder) ? "log/" : "sites/" + holder + "/log/";
    }
}
