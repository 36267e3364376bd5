package org.osteon.site.budget;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.privacy.ledger.LedgerRows;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.CanonicalJson;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ledger's rows inside one transaction of the site. */
public final class SqlLedgerRows implements LedgerRows {
    private static final String COLUMNS = "SELECT id, study, mechanism, state FROM charge";

    private final JdbcClient sql;
    private final String run;
    private final int round;
    private final String exchange;
    private final long now;

    /**
     * Rows in this transaction.
     *
     * @param run run that a new row is charged in
     * @param round round that a new row is charged in
     * @param now epoch milliseconds
     */
    public SqlLedgerRows(JdbcClient sql, String run, int round, long now) {
        this(sql, run, round, "", now);
    }

    /** Rows in this transaction, of which a new one is charged for a foreign run's message of this type. */
    SqlLedgerRows(JdbcClient sql, String run, int round, String exchange, long now) {
        this.sql = sql;
        this.run = run;
        this.round = round;
        this.exchange = exchange;
        this.now = now;
    }

    @Override
    public Optional<Row> find(String query) {
        return sql.sql(COLUMNS + " WHERE id = ?")
                .param(query)
                .query((row, n) -> row(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
                .optional();
    }

    @Override
    public List<Row> all() {
        return sql.sql(COLUMNS + " ORDER BY made, id")
                .query((row, n) -> row(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
                .list();
    }

    /**
     * A charge with when and where it was made.
     *
     * @param row the ledger's row
     * @param run the run
     * @param round the round
     * @param made epoch milliseconds
     */
    record Charge(Row row, String run, int round, long made) {}

    /** Every charge, in the order they were made. */
    static List<Charge> charges(JdbcClient sql) {
        return sql.sql("SELECT id, study, mechanism, state, run, round, made FROM charge ORDER BY made, id")
                .query((row, n) -> new Charge(
                        row(row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
                        row.getString(5),
                        row.getInt(6),
                        row.getLong(7)))
                .list();
    }

    @Override
    public void add(Row row) {
        sql.sql(
                        "INSERT INTO charge(id, study, run, round, mechanism, state, made, exchange) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        row.query(),
                        row.study(),
                        run,
                        round,
                        write(row.mechanism()),
                        row.committed() ? "committed" : "reserved",
                        now,
                        exchange)
                .update();
    }

    @Override
    public void commit(String query) {
        sql.sql("UPDATE charge SET state = 'committed' WHERE id = ?")
                .param(query)
                .update();
    }

    private static Row row(String id, String study, String mechanism, String state) {
        return new Row(id, study, read(mechanism), "committed".equals(state));
    }

    /** A mechanism's public constants, as they are stored and logged. */
    public static Map<String, Object> constants(Mechanism mechanism) {
        Map<String, Object> constants = new LinkedHashMap<>();
        if (mechanism instanceof Mechanism.DpSgdSteps steps) {
            constants.put("samplingRate", steps.samplingRate());
            constants.put("sigma", steps.sigma());
            constants.put("steps", steps.steps());
        } else if (mechanism instanceof Mechanism.NoisedCounts counts) {
            constants.put("samplingRate", 1.0);
            constants.put("sigma", counts.sigma());
            constants.put("steps", 1L);
        }
        return constants;
    }

    private static String write(Mechanism mechanism) {
        Map<String, Object> stored = new LinkedHashMap<>(constants(mechanism));
        stored.put("kind", mechanism.getClass().getSimpleName());
        return new String(CanonicalJson.write(stored), StandardCharsets.UTF_8);
    }

    private static Mechanism read(String json) {
        var stored = CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
        return switch (stored.path("kind").asText()) {
            case "DpSgdSteps" ->
                new Mechanism.DpSgdSteps(
                        stored.path("samplingRate").asDouble(),
                        stored.path("sigma").asDouble(),
                        stored.path("steps").asLong());
            case "NoisedCounts" ->
                new Mechanism.NoisedCounts(stored.path("sigma").asDouble());
            case "ExactRelease" -> new Mechanism.ExactRelease();
            default -> throw new IllegalStateException("a stored charge has a mechanism that is not known");
        };
    }
}
