package org.osteon.conformance.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.osteon.audit.event.Event;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;

/** A run as the hub's log tells it. An exchange is named by the subject of its events, {@code run/round/exchange}. */
final class HubStory {
    /** A reply as somebody handed it in; that another hands in the same is nothing to its sender. */
    private record Handed(String site, Digest reply) {}

    private final String run;
    private final Map<String, Integer> order = new HashMap<>();
    private final Map<String, Long> opened = new HashMap<>();
    private final Map<String, Event> closed = new HashMap<>();
    private final Map<Digest, Event> instructions = new LinkedHashMap<>();
    private final Map<Digest, Event> answers = new LinkedHashMap<>();
    private final Map<Handed, Event> received = new HashMap<>();
    private final Map<Digest, Event> accepted = new LinkedHashMap<>();
    private final List<Event> receipts = new ArrayList<>();
    private Optional<Fault> fault = Optional.empty();

    private HubStory(String run) {
        this.run = run;
    }

    static HubStory of(String run, List<Event> events) {
        HubStory story = new HubStory(run);
        events.stream().filter(story::ofRun).forEach(story::take);
        return story;
    }

    private void take(Event event) {
        switch (event.type()) {
            case ROUND_OPENED -> {
                order.putIfAbsent(event.subject(), order.size());
                opened.put(event.subject(), event.seq());
            }
            case ROUND_CLOSED -> closed.put(event.subject(), event);
            case INSTRUCTION_SENT -> once(event, "instruction", instructions);
            case UPDATE_RECEIVED -> {
                once(event, "instruction", answers);
                event.ref("reply").ifPresent(reply -> received.putIfAbsent(new Handed(event.actor(), reply), event));
            }
            case UPDATE_ACCEPTED -> once(event, "reply", accepted);
            case RECEIPT_SENT -> receipts.add(event);
            default -> {}
        }
    }

    private void once(Event event, String role, Map<Digest, Event> known) {
        Optional<Digest> digest = event.ref(role);
        if (digest.isEmpty() || known.put(digest.orElseThrow(), event) != null) {
            String code = digest.isEmpty() ? "HUB_EVENT_UNNAMED" : "HUB_EVENT_TWICE";
            fault = fault.or(() -> Optional.of(fail(code, event, digest, "role", role)));
        }
    }

    /** What the hub's log says against itself. */
    Optional<Fault> contradiction() {
        if (fault.isPresent()) {
            return fault;
        }
        for (Map.Entry<Digest, Event> entry : answers.entrySet()) {
            Event event = entry.getValue();
            Event asked = instructions.get(entry.getKey());
            if (asked == null
                    || !site(asked).equals(event.actor())
                    || !asked.subject().equals(event.subject())) {
                return Optional.of(fail("REPLY_UNASKED", event, event.ref("reply"), "site", event.actor()));
            }
        }
        for (Map.Entry<Digest, Event> entry : accepted.entrySet()) {
            Event event = entry.getValue();
            Event taken = received.get(new Handed(site(event), entry.getKey()));
            if (taken == null || !taken.subject().equals(event.subject())) {
                return Optional.of(
                        fail("ACCEPTED_UNRECEIVED", event, Optional.of(entry.getKey()), "site", site(event)));
            }
        }
        for (Event event : closed.values()) {
            String said = event.values().getOrDefault("awaited", "");
            long shown = awaited(event);
            if (!said.equals(Long.toString(shown))) {
                return Optional.of(
                        Fault.fail("AWAITED_DIFFERS", "exchange", event.subject(), "said", said, "shown", shown));
            }
        }
        return Optional.empty();
    }

    /** Instructions, sent since the exchange was last opened, that had no answer when it was closed. */
    private long awaited(Event close) {
        long since = opened.getOrDefault(close.subject(), -1L);
        return instructions.entrySet().stream()
                .filter(entry -> entry.getValue().subject().equals(close.subject())
                        && entry.getValue().seq() > since)
                .filter(entry -> {
                    Event answer = answers.get(entry.getKey());
                    return answer == null || answer.seq() > close.seq();
                })
                .count();
    }

    /** What was accepted in a round and what its version counts must be the same. */
    Optional<Fault> countedOtherwise(List<ModelVersion> versions) {
        for (ModelVersion version : versions) {
            String exchange = run + "/" + version.round() + "/train";
            if (version.round() > 0 && !closed.containsKey(exchange)) {
                return Optional.of(Fault.fail("ROUND_NOT_CLOSED", "exchange", exchange));
            }
            Set<Digest> counted = new HashSet<>();
            for (ModelVersion.Input input : version.inputs()) {
                if (!accepted(input, exchange) || !counted.add(input.reply())) {
                    return Optional.of(Fault.fail(
                            "COUNTED_NOT_ACCEPTED",
                            "site",
                            input.site(),
                            "exchange",
                            exchange,
                            "reply",
                            input.reply().brief()));
                }
            }
            for (Map.Entry<Digest, Event> entry : accepted.entrySet()) {
                Event event = entry.getValue();
                if (event.subject().equals(exchange) && !counted.contains(entry.getKey())) {
                    return Optional.of(
                            fail("ACCEPTED_NOT_COUNTED", event, Optional.of(entry.getKey()), "site", site(event)));
                }
            }
        }
        return Optional.empty();
    }

    private boolean accepted(ModelVersion.Input input, String exchange) {
        Event event = accepted.get(input.reply());
        Event taken = received.get(new Handed(input.site(), input.reply()));
        return event != null
                && taken != null
                && event.subject().equals(exchange)
                && site(event).equals(input.site())
                && taken.ref("update").filter(input.update()::equals).isPresent();
    }

    boolean ofRun(Event event) {
        return event.subject().startsWith(run + "/");
    }

    /** The place of an event's exchange among those of the run; −1 for one that was never opened. */
    int order(Event event) {
        return order.getOrDefault(event.subject(), -1);
    }

    /** Number of closed exchanges. */
    int closed() {
        return closed.size();
    }

    boolean isClosed(Event event) {
        return closed.containsKey(event.subject());
    }

    /** Everybody an instruction was sent to. */
    Set<String> sites() {
        Set<String> sites = new TreeSet<>();
        instructions.values().forEach(event -> sites.add(site(event)));
        return sites;
    }

    boolean sent(Digest instruction, String site) {
        Event event = instructions.get(instruction);
        return event != null && site(event).equals(site);
    }

    boolean received(Digest reply, String site) {
        return received.containsKey(new Handed(site, reply));
    }

    /** Whether the hub closed an exchange, or opened it anew, without an answer to this instruction. */
    boolean wentOnWithout(Digest instruction) {
        Event asked = instructions.get(instruction);
        return asked != null
                && !answers.containsKey(instruction)
                && (isClosed(asked) || asked.seq() < opened.getOrDefault(asked.subject(), -1L));
    }

    /** Instructions to a site that it answered; one that a site never fetched has no receive and owes none. */
    Map<Digest, Event> answeredInstructions(String site) {
        Map<Digest, Event> found = ofSite(instructions, site);
        found.keySet().retainAll(answers.keySet());
        return found;
    }

    Map<Digest, Event> accepted(String site) {
        return ofSite(accepted, site);
    }

    List<Event> receipts(String site) {
        return receipts.stream().filter(event -> site(event).equals(site)).toList();
    }

    private static Map<Digest, Event> ofSite(Map<Digest, Event> events, String site) {
        Map<Digest, Event> found = new LinkedHashMap<>(events);
        found.values().removeIf(event -> !site(event).equals(site));
        return found;
    }

    private static String site(Event event) {
        return event.values().getOrDefault("site", "");
    }

    /** A fault about an event, which is named by its type, the first digits of a digest and its exchange. */
    static Fault fail(String code, Event event, Optional<Digest> digest, String name, String value) {
        return Fault.fail(
                code,
                "event",
                event.type().label(),
                "digest",
                digest.map(Digest::brief).orElse("?"),
                "exchange",
                event.subject(),
                name,
                value);
    }
}
