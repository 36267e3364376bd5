package org.osteon.coordinator.console;

import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.console.account.AccessLog;
import org.osteon.console.account.Person;
import org.osteon.console.account.TokenLog;
import org.osteon.coordinator.event.HubEvents;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.document.Digest;

/** Who came in at the hub and looked at which study, in the hub's log. */
final class HubAccessLog implements AccessLog, TokenLog {
    private final HubStore store;
    private final HubEvents events;

    HubAccessLog(HubStore store, HubEvents events) {
        this.store = store;
        this.events = events;
    }

    @Override
    public void signedIn(Person who) {
        store.writeNow(sql -> events.add(
                sql,
                EventDraft.of(EventType.PERSON_SIGNED_IN, who.name(), who.role())
                        .about("console")));
    }

    @Override
    public void signedOut(Person who) {
        store.writeNow(sql -> events.add(
                sql,
                EventDraft.of(EventType.PERSON_SIGNED_OUT, who.name(), who.role())
                        .about("console")));
    }

    @Override
    public void looked(Person who, String study, String page) {
        store.writeNow(sql -> events.add(
                sql,
                EventDraft.of(EventType.STUDY_LOOKED_AT, who.name(), who.role())
                        .about(page)
                        .ref("study", new Digest(study))));
    }

    @Override
    public void made(Person who, String token) {
        token(EventType.ACCESS_TOKEN_MADE, who, token);
    }

    @Override
    public void revoked(Person who, String token) {
        token(EventType.ACCESS_TOKEN_REVOKED, who, token);
    }

    private void token(EventType type, Person who, String token) {
        store.writeNow(sql ->
                events.add(sql, EventDraft.of(type, who.name(), who.role()).about(token)));
    }
}
