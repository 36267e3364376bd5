package org.osteon.site.budget;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.osteon.privacy.accounting.RdpCurve;
import org.osteon.privacy.ledger.Ledger;
import org.osteon.privacy.ledger.LedgerRows;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.settings.SitePolicy;
import org.osteon.site.store.SiteStore;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What this site's patients have spent and may still spend; the whole site is one patient set, over all studies and
 * hubs.
 */
public final class Budget implements PolicyEvaluator.RemainingBudget, PolicyEvaluator.PlanCost {
    /** δ at which a spend is shown where no study names one. */
    public static final double SHOWN_DELTA = 1e-5;

    private final SiteStore store;
    private final SitePolicy policy;

    /** The budget of this site. */
    public Budget(SiteStore store, SitePolicy policy) {
        this.store = store;
        this.policy = policy;
    }

    @Override
    public double epsilonLeft(Study study) {
        List<LedgerRows.Row> ofOthers = rows().stream()
                .filter(row -> !row.study().equals(study.digest().hex()))
                .toList();
        double others = ofOthers.isEmpty() ? 0 : Ledger.spent(ofOthers).epsilon(delta(study));
        return Math.max(0, policy.epsilonTotal() - others);
    }

    @Override
    public double epsilon(Study study) {
        if (!study.plan().differentiallyPrivate()) {
            return 0;
        }
        RdpCurve whole = mechanism(study, "train").cost().times(study.plan().rounds());
        if (study.evaluation().present()) {
            whole = whole.plus(mechanism(study, "evaluate").cost());
        }
        return whole.epsilon(study.privacy().delta());
    }

    /**
     * What one exchange of a study costs.
     *
     * @param exchange {@code train} or {@code evaluate}
     */
    public static Mechanism mechanism(Study study, String exchange) {
        if (!(study.plan() instanceof TrainingPlan.DpSgd plan)) {
            return new Mechanism.ExactRelease();
        }
        return "evaluate".equals(exchange)
                ? new Mechanism.NoisedCounts(study.evaluation().noiseSigma())
                : new Mechanism.DpSgdSteps(plan.samplingRate(), plan.noiseMultiplier(), plan.steps());
    }

    /** Reserves an exchange's cost in the caller's transaction, within the capsule's limit and the hospital's. */
    public Ledger.Outcome reserve(
            JdbcClient sql,
            Digest query,
            Study study,
            String run,
            int round,
            Mechanism mechanism,
            Capsule capsule,
            long now) {
        LedgerRows rows = new SqlLedgerRows(sql, run, round, now);
        double delta = delta(study);
        return Ledger.reserve(
                rows,
                new LedgerRows.Row(query.hex(), study.digest().hex(), mechanism, false),
                new Ledger.Limit(capsule.epsilon(), delta),
                new Ledger.Limit(policy.epsilonTotal(), delta));
    }

    /** Marks a reservation as released, in the caller's transaction; returns ε of the study so far at its δ. */
    public double commit(JdbcClient sql, Digest query, Study study, long now) {
        LedgerRows rows = new SqlLedgerRows(sql, "", 0, now);
        rows.commit(query.hex());
        double delta = study.privacy().delta();
        if (delta == 0) {
            return 0;
        }
        return Ledger.spent(rows.all().stream()
                        .filter(row -> row.study().equals(study.digest().hex()))
                        .toList())
                .epsilon(delta);
    }

    /**
     * Reserves one un-noised answer of a foreign run in the caller's transaction; it has no cost that could be stated.
     *
     * @param query the message's id
     * @param asked what an officer approved
     * @param run Flower's run
     * @param type the message's type
     * @param most answers to messages of this type that the approval allows, over all of Flower's runs
     * @return the number of this answer from 1 on; empty when as many were charged before
     */
    public OptionalInt reserveExact(
            JdbcClient sql, Digest query, Digest asked, String run, String type, int most, long now) {
        Optional<Integer> before = sql.sql("SELECT round FROM charge WHERE id = ?")
                .param(query.hex())
                .query(Integer.class)
                .optional();
        if (before.isPresent()) {
            return OptionalInt.of(before.orElseThrow());
        }
        int number = answers(sql, asked, type) + 1;
        if (number > most) {
            return OptionalInt.empty();
        }
        Ledger.Limit none = new Ledger.Limit(0, SHOWN_DELTA);
        Ledger.reserve(
                new SqlLedgerRows(sql, run, number, type, now),
                new LedgerRows.Row(query.hex(), asked.hex(), new Mechanism.ExactRelease(), false),
                none,
                none);
        return OptionalInt.of(number);
    }

    /** Whether a query was charged, in the caller's transaction. */
    public boolean charged(JdbcClient sql, Digest query) {
        return new SqlLedgerRows(sql, "", 0, 0).find(query.hex()).isPresent();
    }

    /** Marks an un-noised answer as released, in the caller's transaction. */
    public void commitExact(JdbcClient sql, Digest query) {
        new SqlLedgerRows(sql, "", 0, 0).commit(query.hex());
    }

    /** How many answers of a foreign run to messages of this type were charged. */
    public int answers(Digest asked, String type) {
        return store.read(sql -> answers(sql, asked, type));
    }

    /**
     * A charge of a foreign run.
     *
     * @param query the message's id
     * @param run Flower's run
     * @param round its number over all runs, among those of its type
     * @param type type of the message
     * @param made when it was charged
     * @param committed whether its answer was released
     */
    public record Charge(Digest query, String run, int round, String type, Instant made, boolean committed) {}

    /** The charges of a foreign run, newest first. */
    public List<Charge> charges(Digest asked) {
        return store.read(sql -> sql.sql(
                        "SELECT id, run, round, exchange, made, state FROM charge WHERE study = ? ORDER BY made DESC, id")
                .param(asked.hex())
                .query((row, n) -> new Charge(
                        new Digest(row.getString(1)),
                        row.getString(2),
                        row.getInt(3),
                        row.getString(4),
                        Instant.ofEpochMilli(row.getLong(5)),
                        "committed".equals(row.getString(6))))
                .list());
    }

    private static int answers(JdbcClient sql, Digest asked, String type) {
        return sql.sql("SELECT COUNT(*) FROM charge WHERE study = ? AND exchange = ?")
                .params(asked.hex(), type)
                .query(Integer.class)
                .single();
    }

    /** How many training rounds a study was charged for, apart from the one named. */
    public int rounds(Digest study, String run, int round) {
        return store.read(sql -> sql.sql(
                        "SELECT COUNT(*) FROM (SELECT DISTINCT run, round FROM charge WHERE study = ? AND NOT (run = ? AND round = ?)"
                                + " AND mechanism NOT LIKE '%NoisedCounts%')")
                .params(study.hex(), run, round)
                .query(Integer.class)
                .single());
    }

    /** Spend and remainder, for the officer; one set, because the whole site is one patient set. */
    public Map<String, Object> view(long patients, double delta) {
        List<LedgerRows.Row> rows = rows();
        double spent = Ledger.spent(rows).epsilon(delta);
        Map<String, Object> set = new LinkedHashMap<>();
        set.put("patients", patients);
        set.put("epsilon", rows.isEmpty() ? 0.0 : spent);
        set.put("delta", delta);
        set.put("remaining", Math.max(0, policy.epsilonTotal() - (rows.isEmpty() ? 0 : spent)));
        set.put("accountant", "rdp");
        set.put("unit", "patient");
        set.put("releases", rows.stream().filter(LedgerRows.Row::committed).count());
        set.put(
                "reservedWithoutRelease",
                rows.stream().filter(row -> !row.committed()).count());
        set.put("history", history(delta));
        set.put("exactReleaseMade", rows.stream().anyMatch(row -> row.mechanism() instanceof Mechanism.ExactRelease));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("sets", List.of(set));
        view.put("epsilonTotal", policy.epsilonTotal());
        return view;
    }

    /** Every charge in the order it was made, with ε of it alone and of all up to it. */
    private List<Map<String, Object>> history(double delta) {
        List<Map<String, Object>> history = new ArrayList<>();
        RdpCurve sum = RdpCurve.none();
        boolean any = false;
        for (SqlLedgerRows.Charge charge : store.read(SqlLedgerRows::charges)) {
            Mechanism mechanism = charge.row().mechanism();
            boolean stated = !(mechanism instanceof Mechanism.ExactRelease);
            any |= stated;
            sum = sum.plus(mechanism.cost());
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("time", Instant.ofEpochMilli(charge.made()).toString());
            view.put("study", charge.row().study());
            view.put("run", charge.run());
            view.put("round", charge.round());
            view.put("mechanism", mechanism.getClass().getSimpleName());
            view.put("state", charge.row().committed() ? "committed" : "reserved");
            view.put("epsilon", stated ? mechanism.cost().epsilon(delta) : 0.0);
            view.put("epsilonSum", any ? sum.epsilon(delta) : 0.0);
            history.add(view);
        }
        return history;
    }

    /** The δ that ε is stated at; an exact study names none. */
    private static double delta(Study study) {
        return study.privacy().delta() > 0 ? study.privacy().delta() : SHOWN_DELTA;
    }

    private List<LedgerRows.Row> rows() {
        return store.read(sql -> new ArrayList<>(new SqlLedgerRows(sql, "", 0, 0).all()));
    }
}
