package org.osteon.coordinator.fleet;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.OutgoingMessage;

/** One node's messages: what waits, what was handed out and not answered, and the poll that is held open. */
final class Mailbox {
    private final Map<String, OutgoingMessage> open = new LinkedHashMap<>();
    private final Deque<String> waiting = new ArrayDeque<>();
    private @Nullable CompletableFuture<Optional<OutgoingMessage>> poll;

    /** Puts a message in, or in again after a restart; answers a held poll. */
    synchronized void put(OutgoingMessage message) {
        open.put(message.id(), message);
        waiting.remove(message.id());
        waiting.add(message.id());
        answer();
    }

    /** Takes a message out: it was answered or is void. */
    synchronized void remove(String id) {
        open.remove(id);
        waiting.remove(id);
    }

    /** The next message, at once or when one comes; a newer poll ends an older one empty. */
    synchronized CompletableFuture<Optional<OutgoingMessage>> next() {
        giveUp();
        CompletableFuture<Optional<OutgoingMessage>> held = new CompletableFuture<>();
        poll = held;
        answer();
        return held;
    }

    /** Ends a held poll empty. */
    synchronized void giveUp() {
        CompletableFuture<Optional<OutgoingMessage>> held = poll;
        poll = null;
        if (held != null) {
            held.complete(Optional.empty());
        }
    }

    /** The node started again: whatever it did not answer is handed out once more, under the same id. */
    synchronized void handOutAgain() {
        waiting.clear();
        waiting.addAll(open.keySet());
        answer();
    }

    /** An object of a message addressed to this node. */
    synchronized Optional<FlowerObject> object(String id) {
        for (OutgoingMessage message : open.values()) {
            FlowerObject object = message.object(id);
            if (object != null) {
                return Optional.of(object);
            }
        }
        return Optional.empty();
    }

    /** An open message by id. */
    synchronized Optional<OutgoingMessage> find(String id) {
        return Optional.ofNullable(open.get(id));
    }

    /** Whether a message is open here. */
    synchronized boolean holds(String id) {
        return open.containsKey(id);
    }

    private void answer() {
        CompletableFuture<Optional<OutgoingMessage>> held = poll;
        if (held != null && !held.isDone() && !waiting.isEmpty()) {
            String id = waiting.element();
            poll = null;
            // A poll whose time is over in this moment takes nothing with it.
            if (held.complete(Optional.ofNullable(open.get(id)))) {
                waiting.remove();
            }
        }
    }
}
