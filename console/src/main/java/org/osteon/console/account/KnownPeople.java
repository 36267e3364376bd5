package org.osteon.console.account;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who came from the login service before, by name. A name stays with the subject that brought it first, so that nobody
 * becomes another person by taking their name.
 */
public final class KnownPeople {
    private final JdbcClient sql;
    private final Object turn;
    private final String federation;
    private final Clock clock;

    /** Over the accounts' database; {@code turn} is the lock of its one connection. */
    KnownPeople(JdbcClient sql, Object turn, String federation, Clock clock) {
        this.sql = sql;
        this.turn = turn;
        this.federation = federation;
        this.clock = clock;
    }

    private record Row(String role, String subject) {}

    /**
     * Notes that somebody came.
     *
     * @param subject the person's identifier at the login service
     * @throws AccountException {@code NAME_OF_ANOTHER} when the name came with another subject before
     */
    public void came(Person person, String subject) {
        synchronized (turn) {
            Optional<Row> before = sql.sql("SELECT role, subject FROM known_person WHERE name = ?")
                    .param(person.name())
                    .query((row, n) -> new Row(row.getString(1), row.getString(2)))
                    .optional();
            if (before.filter(row -> !row.subject().equals(subject)).isPresent()) {
                throw new AccountException("NAME_OF_ANOTHER");
            }
            if (before.filter(row -> row.role().equals(person.role())).isEmpty()) {
                sql.sql("INSERT INTO known_person(name, role, federation, subject, came) VALUES (?, ?, ?, ?, ?)"
                                + " ON CONFLICT (name) DO UPDATE SET role = excluded.role, came = excluded.came")
                        .params(person.name(), person.role(), person.federation(), subject, clock.millis())
                        .update();
            }
        }
    }

    /** Lets a name go, so that it may come with another subject; whether it was known. */
    public boolean forget(String name) {
        synchronized (turn) {
            return sql.sql("DELETE FROM known_person WHERE name = ?")
                            .param(name)
                            .update()
                    > 0;
        }
    }

    /** Everybody who came, by name. */
    public List<Person> all() {
        synchronized (turn) {
            return sql.sql("SELECT name, role, federation FROM known_person WHERE federation = ? ORDER BY name")
                    .param(federation)
                    .query((row, n) -> new Person(row.getString(1), row.getString(2), row.getString(3)))
                    .list();
        }
    }
}
