package org.osteon.console.oidc;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which logins the service said are over, for as long as a token or a code of them could still come in. When there are
 * too many to remember, the oldest is forgotten.
 */
final class EndedLogins {
    private static final Duration LIFE = Duration.ofHours(1);
    private static final int MOST = 20_000;

    private final Clock clock;
    private final Map<String, Instant> ended = new LinkedHashMap<>();

    EndedLogins(Clock clock) {
        this.clock = clock;
    }

    /** Notes that a login, or where it has no identifier every login of a subject until now, is over. */
    synchronized void add(@Nullable String subject, @Nullable String login) {
        Instant now = clock.instant();
        ended.values().removeIf(at -> at.plus(LIFE).isBefore(now));
        String key = login == null ? "sub " + subject : "sid " + login;
        ended.remove(key);
        ended.put(key, now);
        if (ended.size() > MOST) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    /** Whether a token of this login, issued then, comes too late. */
    synchronized boolean has(String subject, @Nullable String login, @Nullable Instant issued) {
        Instant all = ended.get("sub " + subject);
        boolean itself = login != null && ended.containsKey("sid " + login);
        return itself || (all != null && (issued == null || !issued.isAfter(all)));
    }
}
