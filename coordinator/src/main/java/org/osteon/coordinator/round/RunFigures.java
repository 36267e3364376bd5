package org.osteon.coordinator.round;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.osteon.coordinator.fleet.FleetHandlers;
import org.osteon.coordinator.fleet.Traffic;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.CanonicalJson;

/**
 * What the rounds of a run took, as figures: each site's part, time by phase, bytes each way, ε by the study's
 * constants. A span of rounds costs the same few queries, however many sites and rounds it has.
 */
public final class RunFigures {
    private final HubStore store;
    private final Studies studies;
    private final FleetHandlers fleet;

    /** Figures from the database, and of what is open from the mailboxes. */
    public RunFigures(HubStore store, Studies studies, FleetHandlers fleet) {
        this.store = store;
        this.studies = studies;
        this.fleet = fleet;
    }

    /**
     * A site's part in an exchange. Times are epoch milliseconds, 0 for not known.
     *
     * @param is {@code counted}, {@code rejected}, {@code refused}, {@code late}, {@code awaited} or {@code missed}: it
     *     had not answered when the round was closed
     * @param reason code of a rejection or refusal, else empty
     * @param sent when the hub asked
     * @param traffic what went over the newest instruction
     * @param received when the whole reply was there
     */
    public record Part(String site, String is, String reason, long sent, Traffic traffic, long received) {}

    /**
     * A stretch of an exchange's time.
     *
     * @param name {@code sending}, {@code computing}, {@code returning}, {@code answering} where those three were not
     *     kept apart, {@code waiting} or {@code combining}
     */
    public record Phase(String name, long millis) {}

    /**
     * One exchange of a round.
     *
     * @param exchange {@code train} or {@code evaluate}
     * @param opened when the first site was asked, epoch milliseconds
     * @param ended when it was closed, 0 while it is open
     * @param parts by site
     * @param bytesOut to all sites
     * @param bytesIn from all sites
     * @param metered whether every byte was counted; not so for what was open when the hub started again
     * @param phases how the time from opening to closing divides, along the site that answered last; empty while open
     * @param last the site that answered last, empty for none
     * @param epsilon ε of this exchange alone at a site that answered; absent where nothing is claimed
     * @param epsilonSoFar ε of the run up to it at the site that answered most often
     * @param evaluation what an evaluation came to
     */
    public record Exchange(
            int round,
            String exchange,
            long opened,
            long ended,
            List<Part> parts,
            long bytesOut,
            long bytesIn,
            boolean metered,
            List<Phase> phases,
            String last,
            OptionalDouble epsilon,
            OptionalDouble epsilonSoFar,
            Optional<JsonNode> evaluation) {
        /** Whether it is closed. */
        public boolean closed() {
            return ended > 0;
        }

        /** The parts in one state. */
        public List<Part> those(String is) {
            return parts.stream().filter(part -> part.is().equals(is)).toList();
        }

        /** Milliseconds of a phase, -1 where it is not known or did not occur. */
        public long spent(String phase) {
            return phases.stream()
                    .filter(one -> one.name().equals(phase))
                    .mapToLong(Phase::millis)
                    .findFirst()
                    .orElse(-1);
        }

        /** From opening to closing, milliseconds; 0 while open. */
        public long millis() {
            return phases.stream().mapToLong(Phase::millis).sum();
        }
    }

    /**
     * What went over a whole run.
     *
     * @param metered whether every byte was counted
     */
    public record Bytes(long out, long in, boolean metered) {}

    /** The exchanges of the rounds {@code first} to {@code last}, oldest first. */
    public List<Exchange> of(RunRecord run, int first, int last) {
        Map<String, List<Row>> rows = new LinkedHashMap<>();
        for (Row row : store.read(sql -> sql.sql(
                        "SELECT i.round, i.exchange, i.site, i.node_id, i.message_id, i.state, i.sent, i.metered, i.handed, i.taken, i.answering,"
                                + " i.bytes_out, i.bytes_in, COALESCE(r.outcome, ''), COALESCE(r.reason, ''), COALESCE(r.received, 0)"
                                + " FROM instruction i LEFT JOIN reply r ON r.instruction = i.digest"
                                + " WHERE i.run = ? AND i.round BETWEEN ? AND ? ORDER BY i.round, i.exchange DESC, i.site, i.fence")
                .params(run.id(), first, last)
                .query((found, n) -> read(found))
                .list())) {
            rows.computeIfAbsent(row.round() + "/" + row.exchange(), unused -> new ArrayList<>())
                    .add(row);
        }
        Map<String, Closing> closings = new LinkedHashMap<>();
        store.read(sql -> sql.sql(
                        "SELECT round, exchange, result, combining, closed FROM round WHERE run = ? AND round BETWEEN ? AND ?")
                .params(run.id(), first, last)
                .query((found, n) -> closings.put(
                        found.getInt(1) + "/" + found.getString(2),
                        new Closing(found.getString(3), found.getLong(4), found.getLong(5))))
                .list());
        RunSpend spend = RunSpend.of(run, studies, store);
        return rows.entrySet().stream()
                .map(entry -> exchange(entry.getValue(), Optional.ofNullable(closings.get(entry.getKey())), spend))
                .toList();
    }

    /** Bytes of the whole run. */
    public Bytes bytes(RunRecord run) {
        long[] open = new long[2];
        Bytes ended = store.read(sql -> {
            sql.sql("SELECT node_id, message_id FROM instruction WHERE run = ? AND round = ? AND state = 'open'")
                    .params(run.id(), run.round())
                    .query((row, n) -> fleet.traffic(row.getString(1), row.getString(2)))
                    .list()
                    .forEach(traffic -> {
                        open[0] += traffic.bytesOut();
                        open[1] += traffic.bytesIn();
                    });
            return sql.sql(
                            "SELECT COALESCE(SUM(bytes_out), 0), COALESCE(SUM(bytes_in), 0), COALESCE(SUM(CASE WHEN metered = 1 OR state = 'open' THEN 0 ELSE 1 END), 0)"
                                    + " FROM instruction WHERE run = ?")
                    .param(run.id())
                    .query((row, n) -> new Bytes(row.getLong(1), row.getLong(2), row.getLong(3) == 0))
                    .single();
        });
        return new Bytes(ended.out() + open[0], ended.in() + open[1], ended.metered());
    }

    private record Closing(String result, long combining, long closed) {}

    private record Row(int round, String exchange, String state, Part part, boolean metered, String outcome) {}

    private Row read(ResultSet row) throws SQLException {
        String state = row.getString(6);
        String outcome = row.getString(14);
        int metered = row.getInt(8);
        boolean open = "open".equals(state);
        Traffic traffic = open
                ? fleet.traffic(row.getString(4), row.getString(5))
                : new Traffic(
                        metered == 1,
                        row.getLong(9),
                        row.getLong(10),
                        row.getLong(11),
                        row.getLong(12),
                        row.getLong(13));
        String is = switch (outcome) {
            case "accepted" -> "counted";
            case "" -> open ? "awaited" : "missed";
            default -> outcome;
        };
        Part part = new Part(row.getString(3), is, row.getString(15), row.getLong(7), traffic, row.getLong(16));
        return new Row(row.getInt(1), row.getString(2), state, part, traffic.whole(), outcome);
    }

    private static Exchange exchange(List<Row> rows, Optional<Closing> closing, RunSpend spend) {
        Map<String, Part> newest = new LinkedHashMap<>();
        rows.forEach(row -> newest.put(row.part().site(), row.part()));
        List<Part> parts = List.copyOf(newest.values());
        Row any = rows.get(0);
        long opened = rows.stream().mapToLong(row -> row.part().sent()).min().orElse(0);
        Optional<Part> last = parts.stream()
                .filter(part -> part.received() > 0 && !"late".equals(part.is()))
                .max(Comparator.comparingLong(Part::received));
        return new Exchange(
                any.round(),
                any.exchange(),
                opened,
                closing.map(Closing::closed).orElse(0L),
                parts,
                rows.stream().mapToLong(row -> row.part().traffic().bytesOut()).sum(),
                rows.stream().mapToLong(row -> row.part().traffic().bytesIn()).sum(),
                rows.stream().allMatch(Row::metered),
                closing.map(at -> phases(opened, last, at)).orElse(List.of()),
                last.map(Part::site).orElse(""),
                spend.alone(any.exchange()),
                spend.upTo(any.round(), any.exchange()),
                closing.map(Closing::result)
                        .filter(result -> "evaluate".equals(any.exchange()))
                        .map(result -> CanonicalJson.readTree(result.getBytes(StandardCharsets.UTF_8)))
                        .filter(result -> result.has("auc")));
    }

    /** Along the site that answered last; the parts add up to the time from opening to closing. */
    private static List<Phase> phases(long opened, Optional<Part> last, Closing closing) {
        List<Phase> phases = new ArrayList<>();
        long combining = closing.combining() == 0 ? closing.closed() : closing.combining();
        long at = opened;
        long waited = 0;
        if (last.isPresent()) {
            Part part = last.orElseThrow();
            Traffic traffic = part.traffic();
            waited = Math.max(0, part.sent() - opened);
            at = Math.max(opened, part.sent());
            if (traffic.taken() > 0 && traffic.answering() > 0) {
                at = add(phases, "sending", at, traffic.taken());
                at = add(phases, "computing", at, traffic.answering());
                at = add(phases, "returning", at, part.received());
            } else {
                at = add(phases, "answering", at, part.received());
            }
        }
        waited += Math.max(0, combining - at);
        phases.add(new Phase("waiting", waited));
        add(phases, "combining", Math.max(at, combining), closing.closed());
        return phases;
    }

    private static long add(List<Phase> phases, String name, long from, long to) {
        phases.add(new Phase(name, Math.max(0, to - from)));
        return Math.max(from, to);
    }
}
