package org.osteon.console.account;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.protocol.document.Digest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Access tokens of people with a local account, in {@code console.db}: {@code osteon_ID_SECRET}, of which only a hash
 * of the secret is kept. A token has the role that the account has when it is used, and ends with the account.
 */
public final class AccessTokens implements BearerTokens, AutoCloseable {
    /** The longest life of a token, in days. */
    public static final int MOST_DAYS = 90;

    /** Most tokens that one person can have at once. */
    public static final int MOST_TOKENS = 20;

    private static final Pattern TOKEN = Pattern.compile("osteon_([0-9a-f]{16})_([A-Za-z0-9_-]{43})");
    private static final String LABEL = "[\\p{L}\\p{N}][\\p{L}\\p{N} ._@-]{0,63}";
    private static final String NO_HASH = "0".repeat(64);

    private final SingleConnectionDataSource source;
    private final JdbcClient sql;
    private final SecureRandom random = new SecureRandom();
    private final boolean local;
    private final Clock clock;

    private AccessTokens(SingleConnectionDataSource source, boolean local, Clock clock) {
        this.source = source;
        this.local = local;
        this.sql = JdbcClient.create(source);
        this.clock = clock;
    }

    /**
     * Opens the tokens beside the accounts of a daemon's folder; {@link Accounts#open} made the tables.
     *
     * @param local whether people sign in with local accounts here: where they do not, no token of one counts
     */
    public static AccessTokens open(Path folder, boolean local, Clock clock) {
        return new AccessTokens(
                new SingleConnectionDataSource(
                        "jdbc:sqlite:" + folder.resolve("console.db")
                                + "?journal_mode=WAL&synchronous=FULL&busy_timeout=5000&transaction_mode=IMMEDIATE",
                        true),
                local,
                clock);
    }

    /**
     * A token without its secret.
     *
     * @param id its public part
     * @param label what its owner calls it
     */
    public record Line(String id, String label, Instant made, Instant expires) {}

    /**
     * A token that was just made.
     *
     * @param token the whole of it: shown once and kept nowhere
     */
    public record Made(Line line, String token) {
        @Override
        public String toString() {
            return "Made[" + line + "]";
        }
    }

    /**
     * Makes a token for a person with a local account.
     *
     * @throws AccountException when there is no such account, the label or the life will not do, or there are too many
     */
    public synchronized Made make(Person person, String label, int days) {
        long account = account(person).orElseThrow(() -> new AccountException("TOKEN_NO_ACCOUNT"));
        if (!label.matches(LABEL)) {
            throw new AccountException("TOKEN_LABEL_MALFORMED");
        }
        if (days < 1 || days > MOST_DAYS) {
            throw new AccountException("TOKEN_LIFE_MALFORMED");
        }
        if (of(person).size() >= MOST_TOKENS) {
            throw new AccountException("TOKEN_TOO_MANY");
        }
        byte[] id = new byte[8];
        byte[] secret = new byte[32];
        random.nextBytes(id);
        random.nextBytes(secret);
        Instant now = Instant.ofEpochMilli(clock.millis());
        Line line = new Line(HexFormat.of().formatHex(id), label, now, now.plus(Duration.ofDays(days)));
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        sql.sql(
                        "INSERT INTO access_token(id, secret_hash, person, account_made, label, made, expires) VALUES (?, ?, ?, ?, ?, ?, ?)")
                .params(
                        line.id(),
                        hash(text),
                        person.name(),
                        account,
                        label,
                        line.made().toEpochMilli(),
                        line.expires().toEpochMilli())
                .update();
        return new Made(line, "osteon_" + line.id() + "_" + text);
    }

    /** The tokens of a person that still work, newest first. */
    public synchronized List<Line> of(Person person) {
        return sql.sql("SELECT t.id, t.label, t.made, t.expires FROM access_token t"
                        + " JOIN account a ON a.name = t.person AND a.made = t.account_made"
                        + " WHERE a.name = ? AND a.federation = ? AND t.expires > ? ORDER BY t.made DESC, t.id")
                .params(person.name(), person.federation(), clock.millis())
                .query((row, n) -> new Line(
                        row.getString(1),
                        row.getString(2),
                        Instant.ofEpochMilli(row.getLong(3)),
                        Instant.ofEpochMilli(row.getLong(4))))
                .list();
    }

    /** Whether somebody has a local account, and so can have tokens of it. */
    public synchronized boolean possible(Person person) {
        return account(person).isPresent();
    }

    /** Ends a token of the person's own; says whether there was one. Whatever has run out goes with it. */
    public synchronized boolean revoke(Person person, String id) {
        sql.sql("DELETE FROM access_token WHERE expires <= ?")
                .param(clock.millis())
                .update();
        return sql.sql("DELETE FROM access_token WHERE id = ? AND person = ?")
                        .params(id, person.name())
                        .update()
                == 1;
    }

    @Override
    public synchronized Optional<Person> holder(String token) {
        Matcher parts = TOKEN.matcher(token);
        if (!local || !parts.matches()) {
            return Optional.empty();
        }
        Optional<Found> found = sql.sql("SELECT t.secret_hash, a.name, a.role, a.federation FROM access_token t"
                        + " JOIN account a ON a.name = t.person AND a.made = t.account_made"
                        + " WHERE t.id = ? AND t.expires > ?")
                .params(parts.group(1), clock.millis())
                .query((row, n) ->
                        new Found(row.getString(1), new Person(row.getString(2), row.getString(3), row.getString(4))))
                .optional();
        boolean right = MessageDigest.isEqual(
                hash(parts.group(2)).getBytes(StandardCharsets.UTF_8),
                found.map(Found::hash).orElse(NO_HASH).getBytes(StandardCharsets.UTF_8));
        return right ? found.map(Found::person) : Optional.empty();
    }

    private record Found(String hash, Person person) {}

    private Optional<Long> account(Person person) {
        if (!local) {
            return Optional.empty();
        }
        return sql.sql("SELECT made FROM account WHERE name = ? AND role = ? AND federation = ?")
                .params(person.name(), person.role(), person.federation())
                .query(Long.class)
                .optional();
    }

    private static String hash(String secret) {
        return Digest.of(secret.getBytes(StandardCharsets.UTF_8)).hex();
    }

    @Override
    public void close() {
        source.destroy();
    }
}
