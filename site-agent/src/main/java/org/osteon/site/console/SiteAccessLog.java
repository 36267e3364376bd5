package org.osteon.site.console;

import org.osteon.audit.event.EventDraft;
import org.osteon.audit.event.EventType;
import org.osteon.console.account.AccessLog;
import org.osteon.console.account.Person;
import org.osteon.protocol.document.Digest;
import org.osteon.site.event.SiteEvents;

/**
 * Who came in at the site and looked at which study, in the site's log. That log is shown to the hub, so a person is
 * named by role alone.
 */
final class SiteAccessLog implements AccessLog {
    private final SiteEvents events;

    SiteAccessLog(SiteEvents events) {
        this.events = events;
    }

    @Override
    public void signedIn(Person who) {
        events.record(EventDraft.of(EventType.PERSON_SIGNED_IN, who.role(), who.role())
                .about("console"));
    }

    @Override
    public void signedOut(Person who) {
        events.record(EventDraft.of(EventType.PERSON_SIGNED_OUT, who.role(), who.role())
                .about("console"));
    }

    @Override
    public void looked(Person who, String study, String page) {
        events.record(EventDraft.of(EventType.STUDY_LOOKED_AT, who.role(), who.role())
                .about(page)
                .ref("study", new Digest(study)));
    }
}
