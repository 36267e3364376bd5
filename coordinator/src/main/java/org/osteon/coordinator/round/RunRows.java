package org.osteon.coordinator.round;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.coordinator.fleet.Traffic;
import org.osteon.protocol.document.Digest;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The SQL of runs, instructions and replies. */
final class RunRows {
    private static final String RUN =
            "id, flower_run, study, state, governed, round, exchange, model, deadline, plan, paused_by, paused_at";
    private static final String INSTRUCTION =
            "digest, run, round, exchange, site, node_id, fence, message_id, metadata, envelope, state";
    private static final String REPLY = "digest, instruction, site, outcome, reason, update_digest, weight";

    private RunRows() {}

    static Optional<RunRecord> run(JdbcClient sql, String id) {
        return sql.sql("SELECT " + RUN + " FROM run WHERE id = ?")
                .param(id)
                .query((row, n) -> readRun(row))
                .optional();
    }

    static Optional<RunRecord> runByFlowerId(JdbcClient sql, String flowerRun) {
        return sql.sql("SELECT " + RUN + " FROM run WHERE flower_run = ?")
                .param(flowerRun)
                .query((row, n) -> readRun(row))
                .optional();
    }

    static List<RunRecord> runs(JdbcClient sql) {
        return sql.sql("SELECT " + RUN + " FROM run ORDER BY started DESC, id")
                .query((row, n) -> readRun(row))
                .list();
    }

    static void insert(JdbcClient sql, RunRecord run, long started) {
        sql.sql("INSERT INTO run(" + RUN + ", started) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        run.id(),
                        run.flowerRun(),
                        run.study().hex(),
                        run.state().text(),
                        run.governed() ? 1 : 0,
                        run.round(),
                        run.exchange(),
                        run.model().hex(),
                        run.deadline(),
                        run.plan(),
                        pausedBy(run),
                        pausedAt(run),
                        started)
                .update();
    }

    static void update(JdbcClient sql, RunRecord run) {
        sql.sql(
                        "UPDATE run SET state = ?, round = ?, exchange = ?, model = ?, deadline = ?, paused_by = ?, paused_at = ? WHERE id = ?")
                .params(
                        run.state().text(),
                        run.round(),
                        run.exchange(),
                        run.model().hex(),
                        run.deadline(),
                        pausedBy(run),
                        pausedAt(run),
                        run.id())
                .update();
    }

    static void insert(JdbcClient sql, InstructionRecord instruction, long sent) {
        sql.sql("INSERT INTO instruction(" + INSTRUCTION + ", sent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        instruction.digest().hex(),
                        instruction.run(),
                        instruction.round(),
                        instruction.exchange(),
                        instruction.site(),
                        instruction.nodeId(),
                        instruction.fence(),
                        instruction.messageId(),
                        instruction.metadata(),
                        instruction.envelope(),
                        instruction.state(),
                        sent)
                .update();
    }

    static List<InstructionRecord> open(JdbcClient sql) {
        return sql.sql("SELECT " + INSTRUCTION + " FROM instruction WHERE state = 'open' ORDER BY sent, site")
                .query((row, n) -> readInstruction(row))
                .list();
    }

    /** Whether anybody who was asked in an exchange can still answer. */
    static boolean awaits(JdbcClient sql, String run, int round, String exchange) {
        return sql.sql("SELECT EXISTS (SELECT 1 FROM instruction JOIN site ON site.name = instruction.site"
                        + " WHERE run = ? AND round = ? AND exchange = ? AND instruction.state = 'open'"
                        + " AND site.state = 'confirmed')")
                .params(run, round, exchange)
                .query(Boolean.class)
                .single();
    }

    static List<InstructionRecord> ofRound(JdbcClient sql, String run, int round, String exchange) {
        return sql.sql("SELECT " + INSTRUCTION
                        + " FROM instruction WHERE run = ? AND round = ? AND exchange = ? ORDER BY site")
                .params(run, round, exchange)
                .query((row, n) -> readInstruction(row))
                .list();
    }

    static Optional<InstructionRecord> byMessage(JdbcClient sql, String nodeId, String messageId) {
        return sql.sql("SELECT " + INSTRUCTION + " FROM instruction WHERE node_id = ? AND message_id = ?")
                .params(nodeId, messageId)
                .query((row, n) -> readInstruction(row))
                .optional();
    }

    /** An instruction is open no longer; nothing counted leaves what was kept of it before. */
    static void setState(JdbcClient sql, Digest instruction, String state, Traffic traffic) {
        if (traffic.equals(Traffic.NONE)) {
            sql.sql("UPDATE instruction SET state = ? WHERE digest = ?")
                    .params(state, instruction.hex())
                    .update();
            return;
        }
        sql.sql(
                        "UPDATE instruction SET state = ?, metered = ?, handed = ?, taken = ?, answering = ?, bytes_out = ?, bytes_in = ? WHERE digest = ?")
                .params(
                        state,
                        traffic.whole() ? 1 : 2,
                        traffic.handed(),
                        traffic.taken(),
                        traffic.answering(),
                        traffic.bytesOut(),
                        traffic.bytesIn(),
                        instruction.hex())
                .update();
    }

    static void insert(JdbcClient sql, ReplyRecord reply, InstructionRecord to, String envelope, long received) {
        sql.sql("INSERT INTO reply(" + REPLY
                        + ", run, round, exchange, envelope, received) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .params(
                        reply.digest().hex(),
                        reply.instruction().hex(),
                        reply.site(),
                        reply.outcome(),
                        reply.reason(),
                        reply.update().hex(),
                        reply.weight(),
                        to.run(),
                        to.round(),
                        to.exchange(),
                        envelope,
                        received)
                .update();
    }

    static Optional<ReplyRecord> replyTo(JdbcClient sql, Digest instruction) {
        return sql.sql("SELECT " + REPLY + " FROM reply WHERE instruction = ?")
                .param(instruction.hex())
                .query((row, n) -> readReply(row))
                .optional();
    }

    static List<ReplyRecord> replies(JdbcClient sql, String run, int round, String exchange) {
        return sql.sql("SELECT " + REPLY + " FROM reply WHERE run = ? AND round = ? AND exchange = ? ORDER BY site")
                .params(run, round, exchange)
                .query((row, n) -> readReply(row))
                .list();
    }

    /** Replies to one kind of exchange in all rounds of a run, by round. */
    static Map<Integer, List<ReplyRecord>> replies(JdbcClient sql, String run, String exchange) {
        Map<Integer, List<ReplyRecord>> byRound = new HashMap<>();
        sql.sql("SELECT " + REPLY + ", round FROM reply WHERE run = ? AND exchange = ? ORDER BY round, site")
                .params(run, exchange)
                .query((row, n) -> byRound.computeIfAbsent(row.getInt(8), unused -> new ArrayList<>())
                        .add(readReply(row)))
                .list();
        return byRound;
    }

    /** The rounds of a run in which an exchange is closed. */
    static Set<Integer> closed(JdbcClient sql, String run, String exchange) {
        return Set.copyOf(sql.sql("SELECT round FROM round WHERE run = ? AND exchange = ?")
                .params(run, exchange)
                .query(Integer.class)
                .list());
    }

    /** How many have answered the open exchange, and how many of them do not count. */
    static String answers(JdbcClient sql, RunRecord run) {
        return sql.sql("SELECT COUNT(*), COALESCE(SUM(CASE WHEN outcome = 'accepted' THEN 0 ELSE 1 END), 0) FROM reply"
                        + " WHERE run = ? AND round = ? AND exchange = ?")
                .params(run.id(), run.round(), run.exchange())
                .query((row, n) -> row.getLong(1) + (row.getLong(2) == 0 ? "" : "-" + row.getLong(2)))
                .single();
    }

    /** Accepted replies of an exchange whose sites do not count any more. */
    static List<ReplyRecord> acceptedOfRevoked(JdbcClient sql, String run, int round, String exchange) {
        return sql.sql("SELECT " + REPLY + " FROM reply WHERE run = ? AND round = ? AND exchange = ?"
                        + " AND outcome = 'accepted' AND site IN (SELECT name FROM site WHERE state = 'revoked')"
                        + " ORDER BY site")
                .params(run, round, exchange)
                .query((row, n) -> readReply(row))
                .list();
    }

    /** An accepted reply counts no longer. */
    static void reject(JdbcClient sql, Digest reply, String reason) {
        sql.sql("UPDATE reply SET outcome = 'rejected', reason = ? WHERE digest = ?")
                .params(reason, reply.hex())
                .update();
    }

    /** The result text of a closed exchange. */
    static Optional<String> result(JdbcClient sql, String run, int round, String exchange) {
        return sql.sql("SELECT result FROM round WHERE run = ? AND round = ? AND exchange = ?")
                .params(run, round, exchange)
                .query(String.class)
                .optional();
    }

    static void close(JdbcClient sql, RunRecord run, String result, long combining, long closed) {
        sql.sql(
                        "INSERT INTO round(run, round, exchange, model, result, combining, closed) VALUES (?, ?, ?, ?, ?, ?, ?)")
                .params(run.id(), run.round(), run.exchange(), run.model().hex(), result, combining, closed)
                .update();
    }

    /** A fence above all that were ever written. */
    static long nextFence(JdbcClient sql) {
        return sql.sql("SELECT COALESCE(MAX(fence), 0) + 1 FROM instruction")
                .query(Long.class)
                .single();
    }

    /** Names of the first confirmed Flower nodes. */
    static List<String> flowerNodes(JdbcClient sql, int most) {
        return sql.sql("SELECT name FROM site WHERE kind = 'flower' AND state = 'confirmed' ORDER BY name LIMIT ?")
                .param(most)
                .query((row, n) -> row.getString(1))
                .list();
    }

    private static RunRecord readRun(ResultSet row) throws SQLException {
        return new RunRecord(
                row.getString(1),
                row.getString(2),
                new Digest(row.getString(3)),
                RunState.of(row.getString(4), row.getString(11), row.getLong(12)),
                row.getInt(5) == 1,
                row.getInt(6),
                row.getString(7),
                new Digest(row.getString(8)),
                row.getLong(9),
                row.getString(10));
    }

    private static String pausedBy(RunRecord run) {
        return run.state() instanceof RunState.Paused paused ? paused.by() : "";
    }

    private static long pausedAt(RunRecord run) {
        return run.state() instanceof RunState.Paused paused ? paused.since().toEpochMilli() : 0;
    }

    private static InstructionRecord readInstruction(ResultSet row) throws SQLException {
        return new InstructionRecord(
                new Digest(row.getString(1)),
                row.getString(2),
                row.getInt(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getLong(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11));
    }

    private static ReplyRecord readReply(ResultSet row) throws SQLException {
        return new ReplyRecord(
                new Digest(row.getString(1)),
                new Digest(row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                new Digest(row.getString(6)),
                row.getLong(7));
    }
}
