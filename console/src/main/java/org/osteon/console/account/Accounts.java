package org.osteon.console.account;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.osteon.protocol.document.Digest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

/**
 * A console's local accounts in a database of their own, {@code console.db}. Nobody chooses a passphrase for somebody
 * else: an account begins with a link that works once.
 */
public final class Accounts implements AutoCloseable {
    /** How long a link works. */
    public static final Duration LINK_LIFE = Duration.ofHours(24);

    private static final int FREE_FAILURES = 5;
    private static final Duration FIRST_LOCK = Duration.ofSeconds(30);
    private static final Duration LONGEST_LOCK = Duration.ofMinutes(15);
    private static final int HASHES_AT_ONCE = 2;

    private final SingleConnectionDataSource source;
    private final JdbcClient sql;
    private final Argon2PasswordEncoder encoder = Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8();
    private final SecureRandom random = new SecureRandom();
    private final String nobody = encoder.encode("the passphrase of nobody");
    private final String federation;
    private final List<String> roles;
    private final Clock clock;
    private final KnownPeople known;
    private final Semaphore hashing = new Semaphore(HASHES_AT_ONCE, true);

    private Accounts(SingleConnectionDataSource source, String federation, List<String> roles, Clock clock) {
        this.source = source;
        this.sql = JdbcClient.create(source);
        this.federation = federation;
        this.roles = List.copyOf(roles);
        this.clock = clock;
        this.known = new KnownPeople(sql, this, federation, clock);
    }

    /** Opens or makes the accounts of a daemon's folder, whose people have these roles. */
    public static Accounts open(Path folder, String federation, List<String> roles, Clock clock) {
        SingleConnectionDataSource source = new SingleConnectionDataSource(
                "jdbc:sqlite:" + folder.resolve("console.db")
                        + "?journal_mode=WAL&synchronous=FULL&busy_timeout=5000&transaction_mode=IMMEDIATE",
                true);
        Flyway.configure(Accounts.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:org/osteon/console/db")
                .load()
                .migrate();
        return new Accounts(source, federation, roles, clock);
    }

    private record Row(String role, String passphrase, int failures, long lockedUntil) {}

    /**
     * A link's token for a person who has no account yet or has lost the passphrase; older links of theirs end.
     *
     * @throws AccountException when the name or the role will not do
     */
    public synchronized String link(String name, String role) {
        if (!Person.isName(name)) {
            throw new AccountException("NAME_MALFORMED");
        }
        if (!roles.contains(role)) {
            throw new AccountException("ROLE_NOT_HERE");
        }
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        long now = clock.millis();
        sql.sql("DELETE FROM link WHERE name = ? OR expires < ?")
                .params(name, now)
                .update();
        sql.sql("INSERT INTO link(token_hash, name, role, expires) VALUES (?, ?, ?, ?)")
                .params(hash(token), name, role, now + LINK_LIFE.toMillis())
                .update();
        return token;
    }

    /** Whom a link is for, while it works. */
    public synchronized Optional<Person> invited(String token) {
        return sql.sql("SELECT name, role FROM link WHERE token_hash = ? AND expires >= ?")
                .params(hash(token), clock.millis())
                .query((row, n) -> new Person(row.getString(1), row.getString(2), federation))
                .optional();
    }

    /**
     * Uses a link up: makes the account, or gives it the new passphrase, and returns who it is.
     *
     * @throws AccountException when the link is over or the passphrase will not do; the link then still works
     */
    public Person accept(String token, String passphrase) {
        Person person = invited(token).orElseThrow(() -> new AccountException("LINK_USED_OR_EXPIRED"));
        PassphraseRules.check(person.name(), passphrase);
        String hash = hashing(() -> encoder.encode(passphrase));
        synchronized (this) {
            if (invited(token).isEmpty()) {
                throw new AccountException("LINK_USED_OR_EXPIRED");
            }
            sql.sql("INSERT INTO account(name, role, federation, passphrase, failures, locked_until, made)"
                            + " VALUES (?, ?, ?, ?, 0, 0, ?) ON CONFLICT (name) DO UPDATE SET role = excluded.role,"
                            + " passphrase = excluded.passphrase, failures = 0, locked_until = 0")
                    .params(person.name(), person.role(), federation, hash, clock.millis())
                    .update();
            sql.sql("DELETE FROM link WHERE token_hash = ?").param(hash(token)).update();
        }
        return person;
    }

    /**
     * Who comes in with this name and passphrase. After some failures the account rests, longer each time; the answer
     * never tells a name that exists from one that does not.
     *
     * @throws AccountException {@code SIGN_IN_WRONG} or {@code ACCOUNT_RESTS}
     */
    public Person signIn(String name, String passphrase) {
        Optional<Row> found = attempt(name);
        boolean right = hashing(
                () -> encoder.matches(passphrase, found.map(Row::passphrase).orElse(nobody)));
        if (found.isEmpty() || !right) {
            throw new AccountException("SIGN_IN_WRONG");
        }
        synchronized (this) {
            sql.sql("UPDATE account SET failures = 0, locked_until = 0 WHERE name = ? AND passphrase = ?")
                    .params(name, found.orElseThrow().passphrase())
                    .update();
        }
        return new Person(name, found.orElseThrow().role(), federation);
    }

    /** Counts an attempt as a failure before it is tried, so that many at once count too; a right one is forgiven. */
    private synchronized Optional<Row> attempt(String name) {
        Optional<Row> found = sql.sql(
                        "SELECT role, passphrase, failures, locked_until FROM account WHERE name = ? AND federation = ?")
                .params(name, federation)
                .query((row, n) -> new Row(row.getString(1), row.getString(2), row.getInt(3), row.getLong(4)))
                .optional();
        long now = clock.millis();
        found.ifPresent(row -> {
            if (row.lockedUntil() > now) {
                throw new AccountException("ACCOUNT_RESTS");
            }
            int failures = row.failures() + 1;
            sql.sql("UPDATE account SET failures = ?, locked_until = ? WHERE name = ?")
                    .params(failures, now + rest(failures).toMillis(), name)
                    .update();
        });
        return found;
    }

    /** Passphrases are made slow to compute; a flood of them must not take every processor. */
    private <T> T hashing(Supplier<T> work) {
        hashing.acquireUninterruptibly();
        try {
            return work.get();
        } finally {
            hashing.release();
        }
    }

    /** Those who came from a login service, in the same database. */
    public KnownPeople known() {
        return known;
    }

    /** Everybody who has an account here. */
    public synchronized List<Person> all() {
        return sql.sql("SELECT name, role, federation FROM account ORDER BY name")
                .query((row, n) -> new Person(row.getString(1), row.getString(2), row.getString(3)))
                .list();
    }

    private static Duration rest(int failures) {
        if (failures < FREE_FAILURES) {
            return Duration.ZERO;
        }
        Duration rest = FIRST_LOCK.multipliedBy(1L << Math.min(10, failures - FREE_FAILURES));
        return rest.compareTo(LONGEST_LOCK) > 0 ? LONGEST_LOCK : rest;
    }

    private static String hash(String token) {
        return Digest.of(token.getBytes(StandardCharsets.UTF_8)).hex();
    }

    @Override
    public void close() {
        source.destroy();
    }
}
