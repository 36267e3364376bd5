package org.osteon.site.store;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The site's database: SQLite with a write-ahead log and a sync at every commit, one connection, one transaction at a
 * time. What {@link #write} returned is on disk.
 */
public final class SiteStore implements AutoCloseable {
    private final SingleConnectionDataSource source;
    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final ReentrantLock turn = new ReentrantLock(true);

    private SiteStore(SingleConnectionDataSource source) {
        this.source = source;
        this.jdbc = JdbcClient.create(source);
        this.transactions = new TransactionTemplate(new DataSourceTransactionManager(source));
    }

    /** Opens or makes the database in the site's folder and brings its tables up to date. */
    public static SiteStore open(Path folder) {
        String url = "jdbc:sqlite:" + folder.resolve("site.db")
                + "?journal_mode=WAL&synchronous=FULL&foreign_keys=on&busy_timeout=5000&transaction_mode=IMMEDIATE";
        SingleConnectionDataSource source = new SingleConnectionDataSource(url, true);
        Flyway.configure(SiteStore.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:org/osteon/site/db")
                .load()
                .migrate();
        return new SiteStore(source);
    }

    /** Runs a transaction; when this returns, its rows are synced to disk; when it throws, nothing happened. */
    public <T> T write(Function<JdbcClient, T> work) {
        return inTurn(() -> {
            T[] result = one();
            transactions.executeWithoutResult(status -> result[0] = work.apply(jdbc));
            return result[0];
        });
    }

    /** Reads. */
    public <T> T read(Function<JdbcClient, T> work) {
        return inTurn(() -> work.apply(jdbc));
    }

    /** A small named value, such as the node id. */
    public Optional<String> state(String name) {
        return read(sql -> sql.sql("SELECT value FROM state WHERE name = ?")
                .param(name)
                .query(String.class)
                .optional());
    }

    /** Sets a small named value inside a transaction. */
    public static void putState(JdbcClient sql, String name, String value) {
        sql.sql("INSERT INTO state(name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
                .params(name, value)
                .update();
    }

    @Override
    public void close() {
        turn.lock();
        try {
            source.destroy();
        } finally {
            turn.unlock();
        }
    }

    private <T> T inTurn(Supplier<T> work) {
        turn.lock();
        try {
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T[] one() {
        return (T[]) new Object[1];
    }
}
