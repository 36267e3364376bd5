package org.osteon.console.account;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of people who are signed in, so that they can be ended from elsewhere. In memory, as sessions are. */
public final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
    private static final String MARK = Sessions.class.getName();

    private final Set<Mark> open = ConcurrentHashMap.newKeySet();

    /**
     * Whose session it is.
     *
     * @param person who is signed in
     * @param subject the person's identifier at the login service, empty for a local account
     * @param login the session's identifier at the login service, empty where it has none
     */
    public record Holder(Person person, String subject, String login) {}

    /** Notes that a session belongs to somebody now; it is forgotten when it ends, however it ends. */
    public void opened(HttpSession session, Holder holder) {
        session.setAttribute(MARK, new Mark(session, holder));
    }

    /** Ends the sessions of some holders at once and returns whose they were. */
    public List<Person> end(Predicate<Holder> which) {
        List<Person> ended = new ArrayList<>();
        for (Mark mark : List.copyOf(open)) {
            if (which.test(mark.holder) && open.remove(mark)) {
                ended.add(mark.holder.person());
                mark.end();
            }
        }
        return ended;
    }

    private final class Mark implements HttpSessionBindingListener {
        private final HttpSession session;
        private final Holder holder;

        Mark(HttpSession session, Holder holder) {
            this.session = session;
            this.holder = holder;
        }

        private void end() {
            try {
                session.invalidate();
            } catch (IllegalStateException e) {
                LOG.debug("a session ended by itself at the same time");
            }
        }

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            open.add(this);
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            open.remove(this);
        }
    }
}
