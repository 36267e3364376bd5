package org.osteon.adapters.cohort;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Cancels a statement that runs for too long. */
final class Deadline implements AutoCloseable {
    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "cohort-deadline");
        thread.setDaemon(true);
        return thread;
    });

    private final AtomicBoolean late;
    private final ScheduledFuture<?> cancel;

    Deadline(Statement statement, Duration time, AtomicBoolean late) {
        this.late = late;
        this.cancel = TIMER.schedule(
                () -> {
                    late.set(true);
                    cancel(statement);
                },
                time.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException e) {
            // The statement has ended by itself; there is nothing left to cancel.
            return;
        }
    }

    /** Refuses a result that came too late. */
    void check() {
        if (late.get()) {
            throw new CohortRefused("COHORT_TIME_LIMIT", "the query takes longer than its limit");
        }
    }

    @Override
    public void close() {
        cancel.cancel(false);
    }
}
