package org.osteon.site.desk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Reply;
import org.osteon.site.journal.Journal;
import org.osteon.site.training.Outbox;

/**
 * Recomputes the journal: every update it lists is in the log and in the outbox with those bytes, and the other way
 * round.
 */
final class JournalAudit {
    private final Outbox outbox;
    private final List<Journal.Entry> entries;
    private final Set<Digest> logged;

    JournalAudit(Outbox outbox, List<Journal.Entry> entries, Set<Digest> logged) {
        this.outbox = outbox;
        this.entries = entries;
        this.logged = logged;
    }

    /** What does not agree; empty when all does. */
    List<String> findings() {
        List<String> findings = new ArrayList<>();
        Map<Digest, Long> listed = entries.stream()
                .filter(entry -> "update".equals(entry.type()))
                .collect(Collectors.groupingBy(Journal.Entry::digest, Collectors.counting()));
        for (Digest update : listed.keySet()) {
            if (!logged.contains(update)) {
                findings.add("UPDATE_NOT_IN_LOG " + update.hex());
            }
            String state = state(update);
            if (!state.isEmpty()) {
                findings.add(state + " " + update.hex());
            }
        }
        for (Digest update : logged) {
            if (!listed.containsKey(update)) {
                findings.add("UPDATE_NOT_IN_JOURNAL " + update.hex());
            }
        }
        for (Outbox.Row row : outbox.all()) {
            Reply reply = row.reply().document();
            if ("update".equals(reply.outcome()) && !listed.containsKey(reply.update())) {
                findings.add("OUTBOX_NOT_IN_JOURNAL " + reply.update().hex());
            }
        }
        for (Digest update : outbox.foreign()) {
            if (!listed.containsKey(update)) {
                findings.add("OUTBOX_NOT_IN_JOURNAL " + update.hex());
            }
        }
        return findings;
    }

    private String state(Digest update) {
        Path file = outbox.file(update);
        try {
            if (!Files.exists(file)) {
                return "UPDATE_NOT_IN_OUTBOX";
            }
            return Digest.of(Files.readAllBytes(file)).equals(update) ? "" : "UPDATE_CHANGED_IN_OUTBOX";
        } catch (IOException e) {
            return "UPDATE_UNREADABLE";
        }
    }
}
