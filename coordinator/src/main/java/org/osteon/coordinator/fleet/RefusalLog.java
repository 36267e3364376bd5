package org.osteon.coordinator.fleet;

import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log what was refused and why; the same at most once a minute, so that nobody can fill the log. */
final class RefusalLog {
    /** Stands for a caller whose name is not known. */
    static final String SOMEBODY = "unknown";

    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    private static final long PAUSE = 60_000;
    private static final int MOST = 1_000;
    private static final int LONGEST = 200;

    private final Map<String, Long> said = new ConcurrentHashMap<>();
    private final Clock clock;

    RefusalLog(Clock clock) {
        this.clock = clock;
    }

    /**
     * Says it, unless it was just said.
     *
     * @param site whose call it was
     * @param reason a code, perhaps followed by a colon and what a node wrote
     * @param hint what an operator can do, may be empty
     */
    void say(String site, String reason, String hint) {
        String code = reason.replaceAll(":.*", "");
        long now = clock.millis();
        if (said.size() > MOST) {
            said.clear();
        }
        Long last = said.get(site + " " + code);
        if (last != null && now - last < PAUSE) {
            return;
        }
        said.put(site + " " + code, now);
        String readable = reason.replaceAll("\\p{Cntrl}", " ");
        LOG.atWarn()
                .addKeyValue("site", site)
                .addKeyValue("reason", readable.substring(0, Math.min(LONGEST, readable.length())))
                .log(hint.isEmpty() ? "a Fleet call was refused" : "a Fleet call was refused; " + hint);
    }
}
