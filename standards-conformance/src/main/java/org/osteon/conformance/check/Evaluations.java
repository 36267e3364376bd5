package org.osteon.conformance.check;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.osteon.audit.event.Event;
import org.osteon.audit.event.EventType;
import org.osteon.protocol.document.Digest;

/** The evaluation of the judged model, as the hub's log tells it. */
final class Evaluations {
    private Evaluations() {}

    /** The subject of the model's evaluation exchange. */
    static String exchange(RunEvidence evidence) {
        return evidence.model().run() + "/" + evidence.model().round() + "/evaluate";
    }

    /** The released histograms that were accepted in the model's closed evaluation, by site. */
    static Map<String, Digest> released(RunEvidence evidence) {
        String exchange = exchange(evidence);
        Map<Digest, Event> received = new HashMap<>();
        Map<String, Digest> released = new TreeMap<>();
        boolean closed = false;
        for (Event event : evidence.hub()) {
            if (!event.subject().equals(exchange)) {
                continue;
            }
            if (event.type() == EventType.UPDATE_RECEIVED) {
                event.ref("reply").ifPresent(reply -> received.putIfAbsent(reply, event));
            } else if (event.type() == EventType.UPDATE_ACCEPTED) {
                event.ref("reply")
                        .map(received::get)
                        .flatMap(answer -> answer.ref("update"))
                        .ifPresent(update -> released.put(event.values().getOrDefault("site", ""), update));
            } else if (event.type() == EventType.ROUND_CLOSED) {
                closed |= event.ref("model")
                        .filter(evidence.model().digest()::equals)
                        .isPresent();
            }
        }
        return closed ? released : Map.of();
    }
}
