package org.osteon.coordinator.store;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What is written in the transaction of an act, after it: both are kept, or neither is.
 *
 * @param <T> what the act made
 */
@FunctionalInterface
public interface Alongside<T> {
    /** Writes it; what it throws undoes the act. */
    void write(JdbcClient sql, T made);

    /** Nothing beside the act. */
    static <T> Alongside<T> nothing() {
        return (sql, made) -> {};
    }
}
