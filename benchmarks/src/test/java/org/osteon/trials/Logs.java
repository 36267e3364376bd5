package org.osteon.trials;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.osteon.protocol.document.Digest;

/** Looks for entries in the logs of a hub and its sites. */
final class Logs {
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(30);

    private Logs() {}

    /** The entries of the hub's log. */
    static JsonNode hub(Federation federation) {
        return federation
                .done("audit", "log", "--hub", federation.hub().toString())
                .path("entries");
    }

    /** The entries of a site's log. */
    static JsonNode site(Federation federation, String site) {
        return federation
                .done("audit", "log", "--site", federation.site(site).toString())
                .path("entries");
    }

    /** The entry, once it is there. */
    static JsonNode await(String what, Supplier<JsonNode> log, Predicate<JsonNode> wanted) {
        long until = System.nanoTime() + LIMIT;
        JsonNode entries;
        do {
            entries = log.get();
            for (JsonNode entry : entries) {
                if (wanted.test(entry)) {
                    return entry;
                }
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        } while (System.nanoTime() < until);
        throw new AssertionError("not in the log: " + what + "; the log is " + entries);
    }

    /** An entry of this type that was refused with this code. */
    static Predicate<JsonNode> refused(String type, String code) {
        return entry -> type.equals(entry.path("type").asText())
                && "refused".equals(entry.path("outcome").asText())
                && code.equals(entry.path("reason").asText());
    }

    /** An entry that names this document. */
    static Predicate<JsonNode> names(Digest document) {
        return entry -> {
            for (JsonNode ref : entry.path("refs")) {
                if (document.hex().equals(ref.path("sha256").asText())) {
                    return true;
                }
            }
            return false;
        };
    }
}
