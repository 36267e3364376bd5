package org.osteon.coordinator.fleet;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.flower.object.OutgoingMessage;

/**
 * One node's messages: what waits, what was handed out and not answered, what is withheld, and the poll that is held
 * open.
 */
final class Mailbox {
    private final Map<String, OutgoingMessage> open = new LinkedHashMap<>();
    private final Deque<String> waiting = new ArrayDeque<>();
    private final Set<String> withheld = new HashSet<>();
    private @Nullable CompletableFuture<Optional<OutgoingMessage>> poll;

    /** Puts a message in, or in again after a restart; answers a held poll. */
    synchronized void put(OutgoingMessage message) {
        open.put(message.id(), message);
        withheld.remove(message.id());
        waiting.remove(message.id());
        waiting.add(message.id());
        answer();
    }

    /** Puts a message in that is answered but not handed out, until {@link #handOut}. */
    synchronized void putWithheld(OutgoingMessage message) {
        open.put(message.id(), message);
        waiting.remove(message.id());
        withheld.add(message.id());
    }

    /** Withholds a message that was not handed out yet. */
    synchronized void withhold(String id) {
        if (waiting.remove(id)) {
            withheld.add(id);
        }
    }

    /** Hands out a message that was withheld. */
    synchronized void handOut(String id) {
        if (withheld.remove(id) && open.containsKey(id)) {
            waiting.add(id);
            answer();
        }
    }

    /** Whether a message is open here and withheld. */
    synchronized boolean withholds(String id) {
        return withheld.contains(id);
    }

    /** Takes a message out: it was answered or is void. */
    synchronized void remove(String id) {
        open.remove(id);
        waiting.remove(id);
        withheld.remove(id);
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

    /**
     * The node started again: whatever it did not answer is handed out once more, under the same id. A poll from before
     * gets nothing of it, for nobody may be there any more to read it.
     */
    synchronized void handOutAgain() {
        giveUp();
        waiting.clear();
        waiting.addAll(open.keySet());
        waiting.removeAll(withheld);
    }

    /** A message that was handed out did not get to the node: it is the next once more. */
    synchronized void putBack(String id) {
        if (open.containsKey(id) && !withheld.contains(id) && !waiting.contains(id)) {
            waiting.addFirst(id);
            answer();
        }
    }

    /** The message addressed to this node that has an object. */
    synchronized Optional<OutgoingMessage> holder(String objectId) {
        return open.values().stream().filter(message -> message.has(objectId)).findFirst();
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
