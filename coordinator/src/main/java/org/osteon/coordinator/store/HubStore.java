package org.osteon.coordinator.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The hub's database: SQLite with a write-ahead log and a sync at every commit. One thread writes; whatever waits while
 * it commits goes into the next transaction together, each piece behind a savepoint of its own, so that concurrent
 * acknowledgements share one sync and none is given before the commit that covers it.
 */
public final class HubStore implements AutoCloseable {
    private static final int MOST_TOGETHER = 256;

    private final SingleConnectionDataSource writing;
    private final SingleConnectionDataSource reading;
    private final JdbcClient writer;
    private final JdbcClient reader;
    private final TransactionTemplate transactions;
    private final LinkedBlockingQueue<Piece<?>> waiting = new LinkedBlockingQueue<>();
    private final ReentrantLock readTurn = new ReentrantLock();
    private final Thread thread;
    private volatile boolean open = true;

    private HubStore(SingleConnectionDataSource writing, SingleConnectionDataSource reading) {
        this.writing = writing;
        this.reading = reading;
        this.writer = JdbcClient.create(writing);
        this.reader = JdbcClient.create(reading);
        DataSourceTransactionManager manager = new DataSourceTransactionManager(writing);
        manager.setNestedTransactionAllowed(true);
        this.transactions = new TransactionTemplate(manager);
        this.thread = new Thread(this::writeOn, "hub-store");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Opens or makes the database in the hub's folder and brings its tables up to date. */
    public static HubStore open(Path folder) {
        String url = "jdbc:sqlite:" + folder.resolve("hub.db")
                + "?journal_mode=WAL&synchronous=FULL&foreign_keys=on&busy_timeout=5000";
        SingleConnectionDataSource writing = new SingleConnectionDataSource(url + "&transaction_mode=IMMEDIATE", true);
        Flyway.configure(HubStore.class.getClassLoader())
                .dataSource(writing)
                .locations("classpath:org/osteon/coordinator/db")
                .load()
                .migrate();
        return new HubStore(writing, new SingleConnectionDataSource(url, true));
    }

    /** Queues a piece of work; the future completes after the commit that holds it is on disk. */
    public <T> CompletableFuture<T> write(Function<JdbcClient, T> work) {
        Piece<T> piece = new Piece<>(work);
        if (!open) {
            piece.done.completeExceptionally(new IllegalStateException("the store is closed"));
        } else {
            waiting.add(piece);
        }
        return piece.done;
    }

    /** Does a piece of work and waits until it is on disk; its own failure is thrown as it was. */
    public <T> T writeNow(Function<JdbcClient, T> work) {
        try {
            return write(work).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException own) {
                throw own;
            }
            throw e;
        }
    }

    /** Reads what is committed. */
    public <T> T read(Function<JdbcClient, T> work) {
        readTurn.lock();
        try {
            return work.apply(reader);
        } finally {
            readTurn.unlock();
        }
    }

    /** A small named value. */
    public Optional<String> state(String name) {
        return read(sql -> sql.sql("SELECT value FROM state WHERE name = ?")
                .param(name)
                .query(String.class)
                .optional());
    }

    /** Sets a small named value inside a piece of work. */
    public static void putState(JdbcClient sql, String name, String value) {
        sql.sql("INSERT INTO state(name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
                .params(name, value)
                .update();
    }

    @Override
    public void close() {
        open = false;
        thread.interrupt();
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writing.destroy();
        reading.destroy();
    }

    private void writeOn() {
        while (open) {
            List<Piece<?>> together = new ArrayList<>();
            try {
                together.add(waiting.take());
            } catch (InterruptedException e) {
                break;
            }
            waiting.drainTo(together, MOST_TOGETHER - 1);
            commit(together);
        }
        waiting.forEach(piece -> piece.done.completeExceptionally(new IllegalStateException("the store is closed")));
    }

    private void commit(List<Piece<?>> together) {
        try {
            transactions.executeWithoutResult(status -> together.forEach(piece -> piece.run(status, writer)));
        } catch (RuntimeException e) {
            together.forEach(piece -> piece.done.completeExceptionally(e));
            return;
        }
        together.forEach(Piece::finish);
    }

    /** One piece of work with its outcome, told only after the commit. */
    private static final class Piece<T> {
        private final Function<JdbcClient, T> work;
        private final CompletableFuture<T> done = new CompletableFuture<>();
        private @Nullable T value;
        private @Nullable RuntimeException failure;

        Piece(Function<JdbcClient, T> work) {
            this.work = work;
        }

        void run(TransactionStatus status, JdbcClient sql) {
            Object savepoint = status.createSavepoint();
            try {
                value = work.apply(sql);
                status.releaseSavepoint(savepoint);
            } catch (RuntimeException e) {
                status.rollbackToSavepoint(savepoint);
                status.releaseSavepoint(savepoint);
                failure = e;
            }
        }

        void finish() {
            if (failure != null) {
                done.completeExceptionally(failure);
            } else {
                done.complete(value);
            }
        }
    }
}
