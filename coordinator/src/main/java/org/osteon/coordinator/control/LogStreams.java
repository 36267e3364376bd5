package org.osteon.coordinator.control;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.osteon.audit.event.Event;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.round.RunView;
import org.osteon.protocol.flower.wire.StreamLogsResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs as they are followed: what happened, who is awaited and why. All that is there is in the first message, later
 * ones come as things change, and no thread waits in between.
 */
final class LogStreams {
    private static final Logger LOG = LoggerFactory.getLogger(LogStreams.class);
    private static final int MOST_OPEN = 64;
    private static final int LOOK_AGAIN_SECONDS = 15;

    private final Rounds rounds;
    private final RunView views;
    private final RunStory story;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final AtomicInteger open = new AtomicInteger();

    LogStreams(Rounds rounds, RunView views, RunStory story, ScheduledExecutorService timer, Clock clock) {
        this.rounds = rounds;
        this.views = views;
        this.story = story;
        this.timer = timer;
        this.clock = clock;
    }

    /** Follows a run from after a time, in seconds. */
    void follow(RunRecord run, double after, LogSink sink) {
        if (open.incrementAndGet() > MOST_OPEN) {
            open.decrementAndGet();
            throw ControlRefusal.again("more than " + MOST_OPEN + " runs are being followed; try again later");
        }
        new Reader(run.id(), after, sink).look();
    }

    private final class Reader {
        private final String run;
        private final double after;
        private final LogSink sink;
        private long seq = -1;
        private String awaited = "";
        private double latest;
        private boolean first = true;
        private boolean left;

        Reader(String run, double after, LogSink sink) {
            this.run = run;
            this.after = after;
            this.latest = after;
            this.sink = sink;
        }

        /** Tells what is new and asks to be called when something changes. */
        void look() {
            try {
                if (sink.gone()) {
                    leave();
                    return;
                }
                RunRecord now = rounds.get(run);
                String key = views.stateKey(now);
                tell(now);
                if (ControlRuns.over(now)) {
                    leave();
                    sink.end();
                    return;
                }
                views.whenChangedSoon(run, key, LOOK_AGAIN_SECONDS, timer, changed -> look());
            } catch (RuntimeException e) {
                leave();
                LOG.atWarn().setCause(e).log("a run could not be followed further");
                sink.end();
            }
        }

        private void leave() {
            if (!left) {
                left = true;
                open.decrementAndGet();
            }
        }

        private void tell(RunRecord now) {
            List<String> lines = new ArrayList<>();
            for (Event event : story.after(run, seq)) {
                seq = event.seq();
                double at = seconds(event.time());
                if (at > after) {
                    lines.add(RunStory.line(event));
                    latest = Math.max(latest, at);
                }
            }
            List<Map<String, Object>> waiting = views.waitingFor(now);
            String who = waiting.stream()
                    .map(one -> one.get("site") + " " + one.get("why"))
                    .collect(Collectors.joining("\n"));
            if (!who.equals(awaited)) {
                awaited = who;
                Instant at = clock.instant();
                waiting.forEach(one -> lines.add(RunStory.waiting(at, one)));
            }
            if (!lines.isEmpty() || first) {
                first = false;
                sink.lines(StreamLogsResponse.newBuilder()
                        .setLogOutput(lines.isEmpty() ? "" : String.join("\n", lines) + "\n")
                        .setLatestTimestamp(latest)
                        .build());
            }
        }

        private static double seconds(Instant at) {
            return at.getEpochSecond() + at.getNano() / 1e9;
        }
    }
}
