package org.osteon.audit.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osteon.protocol.document.Digest;

/** An event before its place in the log is known. */
public final class EventDraft {
    private final EventType type;
    private final String actor;
    private final String role;
    private String subject = "";
    private String reason = "";
    private final Map<String, String> values = new TreeMap<>();
    private final List<Event.Ref> refs = new ArrayList<>();

    private EventDraft(EventType type, String actor, String role) {
        this.type = type;
        this.actor = actor;
        this.role = role;
    }

    /** Something done by this actor in this role. */
    public static EventDraft of(EventType type, String actor, String role) {
        return new EventDraft(type, actor, role);
    }

    /** What it is about. */
    public EventDraft about(String what) {
        subject = what;
        return this;
    }

    /** Refused, with a code. */
    public EventDraft refused(String code) {
        reason = code;
        return this;
    }

    /** A public value. */
    public EventDraft value(String name, Object value) {
        values.put(name, String.valueOf(value));
        return this;
    }

    /** A document it rests on. */
    public EventDraft ref(String name, Digest digest) {
        refs.add(new Event.Ref(name, digest));
        return this;
    }

    /** The event at its place. */
    public Event at(String federation, String origin, long seq, Instant time) {
        return new Event(
                Event.SCHEMA,
                federation,
                origin,
                seq,
                type,
                time,
                actor,
                role,
                subject,
                reason.isEmpty() ? "done" : "refused",
                reason,
                values,
                refs);
    }

    /** The type. */
    public EventType type() {
        return type;
    }
}
