package org.osteon.conformance.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.conformance.verdict.Outcome;
import org.osteon.conformance.verdict.Phrase;
import org.osteon.protocol.document.Digest;

/** A run as one site's log tells it, held against the hub's. */
final class SiteStory {
    private final String site;
    private final HubStory hub;
    private final Map<Digest, Event> instructions = new HashMap<>();
    private final Map<Digest, Event> replies = new HashMap<>();
    private final Set<Digest> answered = new HashSet<>();
    private final Map<Digest, Event> receipts = new HashMap<>();
    private final int furthest;
    private final int furthestReceipt;
    private Optional<Fault> notYet = Optional.empty();
    private int matched;
    private int late;

    SiteStory(String site, List<Event> log, HubStory hub) {
        this.site = site;
        this.hub = hub;
        List<Event> events = log.stream().filter(hub::ofRun).toList();
        for (Event event : events) {
            switch (event.type()) {
                case INSTRUCTION_RECEIVED ->
                    event.ref("instruction").ifPresent(digest -> instructions.put(digest, event));
                case UPDATE_SENT, INSTRUCTION_REFUSED -> {
                    event.ref("reply").ifPresent(digest -> replies.put(digest, event));
                    event.ref("instruction").ifPresent(answered::add);
                }
                case RECEIPT_RECEIVED -> event.ref("receipt").ifPresent(digest -> receipts.put(digest, event));
                default -> {}
            }
        }
        furthest = events.stream()
                .filter(event -> event.type() != EventType.RECEIPT_RECEIVED)
                .mapToInt(hub::order)
                .max()
                .orElse(-1);
        furthestReceipt = receipts.values().stream().mapToInt(hub::order).max().orElse(-1);
    }

    /** Number of sends, of either side, that have their receive. */
    int matched() {
        return matched;
    }

    /** Number of replies sent after the hub had gone on without them. */
    int late() {
        return late;
    }

    /** What is missing only because the copy of the log may end before it. */
    Optional<Fault> notYet() {
        return notYet;
    }

    /** What cannot be explained by the end of the copy; counts matches on the way, so it is called once. */
    Optional<Fault> contradiction() {
        return instructions().or(this::updates).or(this::receipts).or(this::receivedOnly);
    }

    /**
     * Sites to hub: each reply the site sent in a closed exchange was received, unless the hub had gone on without it.
     */
    private Optional<Fault> updates() {
        for (Map.Entry<Digest, Event> entry : replies.entrySet()) {
            Event event = entry.getValue();
            if (hub.received(entry.getKey(), site)) {
                matched++;
            } else if (event.ref("instruction").filter(hub::wentOnWithout).isPresent()) {
                late++;
            } else if (hub.isClosed(event) || hub.order(event) < 0) {
                return missing(event, entry.getKey(), "update-received");
            }
        }
        for (Map.Entry<Digest, Event> entry : hub.accepted(site).entrySet()) {
            if (replies.containsKey(entry.getKey())) {
                continue;
            }
            Optional<Fault> missing = missing(entry.getValue(), entry.getKey(), "update-sent");
            boolean later = furthest > hub.order(entry.getValue())
                    || receipts.values().stream()
                            .anyMatch(receipt -> receipt.ref("reply")
                                    .filter(entry.getKey()::equals)
                                    .isPresent());
            if (later) {
                return missing;
            }
            notYet = notYet.or(() -> ends(missing));
        }
        return Optional.empty();
    }

    /** Hub to site: each instruction that was answered was received. */
    private Optional<Fault> instructions() {
        for (Map.Entry<Digest, Event> entry : hub.answeredInstructions(site).entrySet()) {
            if (instructions.containsKey(entry.getKey())) {
                matched++;
                continue;
            }
            Optional<Fault> missing = missing(entry.getValue(), entry.getKey(), "instruction-received");
            if (answered.contains(entry.getKey()) || furthest > hub.order(entry.getValue())) {
                return missing;
            }
            notYet = notYet.or(() -> ends(missing));
        }
        return Optional.empty();
    }

    /** Hub to site: each receipt was received; they are fetched apart from instructions, so only a later one tells. */
    private Optional<Fault> receipts() {
        for (Event event : hub.receipts(site)) {
            Optional<Digest> digest = event.ref("receipt");
            if (digest.filter(receipts::containsKey).isPresent()) {
                matched++;
                continue;
            }
            Optional<Fault> missing = Optional.of(unmatched(event, digest, "receipt-received"));
            if (furthestReceipt > hub.order(event)) {
                return missing;
            }
            notYet = notYet.or(() -> ends(missing));
        }
        return Optional.empty();
    }

    /** What the site received, the hub must have logged before it sent it. */
    private Optional<Fault> receivedOnly() {
        for (Map.Entry<Digest, Event> entry : instructions.entrySet()) {
            if (!hub.sent(entry.getKey(), site)) {
                return missing(entry.getValue(), entry.getKey(), "instruction-sent");
            }
        }
        Set<Digest> sent = new HashSet<>();
        hub.receipts(site).forEach(event -> event.ref("receipt").ifPresent(sent::add));
        for (Map.Entry<Digest, Event> entry : receipts.entrySet()) {
            if (!sent.contains(entry.getKey())) {
                return missing(entry.getValue(), entry.getKey(), "receipt-sent");
            }
        }
        return Optional.empty();
    }

    private Optional<Fault> missing(Event event, Digest digest, String counterpart) {
        return Optional.of(unmatched(event, Optional.of(digest), counterpart));
    }

    private Fault unmatched(Event event, Optional<Digest> digest, String counterpart) {
        return Fault.fail(
                "UNMATCHED",
                "event",
                event.type().label(),
                "digest",
                digest.map(Digest::brief).orElse("?"),
                "exchange",
                event.subject(),
                "counterpart",
                counterpart,
                "site",
                site);
    }

    private Optional<Fault> ends(Optional<Fault> missing) {
        return missing.map(fault -> new Fault(
                Outcome.INCONCLUSIVE,
                Map.of(),
                new Phrase("UNMATCHED_YET", fault.fact().values())));
    }
}
