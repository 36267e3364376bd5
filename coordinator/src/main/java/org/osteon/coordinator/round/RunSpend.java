package org.osteon.coordinator.round;

import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.osteon.coordinator.store.HubStore;
import org.osteon.coordinator.study.Studies;
import org.osteon.privacy.accounting.RdpCurve;
import org.osteon.privacy.ledger.Mechanism;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * ε of a run's exchanges at a site, by the study's constants and how often a site answered: an upper bound of what the
 * run alone spends there. What a site has spent over all studies stands in its own ledger.
 */
final class RunSpend {
    private static final RunSpend NOTHING = new RunSpend(0, RdpCurve.none(), RdpCurve.none(), new TreeMap<>(), 0);

    private final double delta;
    private final RdpCurve train;
    private final RdpCurve evaluate;
    private final NavigableMap<Integer, Long> trained;
    private final long evaluated;

    private RunSpend(
            double delta, RdpCurve train, RdpCurve evaluate, NavigableMap<Integer, Long> trained, long evaluated) {
        this.delta = delta;
        this.train = train;
        this.evaluate = evaluate;
        this.trained = trained;
        this.evaluated = evaluated;
    }

    static RunSpend of(RunRecord run, Studies studies, HubStore store) {
        if (!run.governed()) {
            return NOTHING;
        }
        Study study = studies.get(run.study().hex()).document();
        if (!(study.plan() instanceof TrainingPlan.DpSgd plan)) {
            return NOTHING;
        }
        RdpCurve evaluation = study.evaluation().present()
                ? new Mechanism.NoisedCounts(study.evaluation().noiseSigma()).cost()
                : RdpCurve.none();
        return new RunSpend(
                study.privacy().delta(),
                new Mechanism.DpSgdSteps(plan.samplingRate(), plan.noiseMultiplier(), plan.steps()).cost(),
                evaluation,
                store.read(sql -> trained(sql, run.id())),
                store.read(sql -> evaluated(sql, run.id())));
    }

    /** ε of one exchange alone. */
    OptionalDouble alone(String exchange) {
        return delta == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(("evaluate".equals(exchange) ? evaluate : train).epsilon(delta));
    }

    /** ε of the run up to and with an exchange, at the site that answered most often. */
    OptionalDouble upTo(int round, String exchange) {
        if (delta == 0) {
            return OptionalDouble.empty();
        }
        Map.Entry<Integer, Long> times = trained.floorEntry(round);
        long evaluations = "evaluate".equals(exchange) ? evaluated : 0;
        if (times == null && evaluations == 0) {
            return OptionalDouble.of(0);
        }
        RdpCurve sum = train.times(times == null ? 0 : times.getValue());
        for (long i = 0; i < evaluations; i++) {
            sum = sum.plus(evaluate);
        }
        return OptionalDouble.of(sum.epsilon(delta));
    }

    /** By round: the most training answers that any site has given up to it. */
    private static NavigableMap<Integer, Long> trained(JdbcClient sql, String run) {
        NavigableMap<Integer, Long> most = new TreeMap<>();
        long[] least = {0};
        sql.sql(
                        "SELECT round, MAX(so_far) FROM (SELECT round, SUM(answers) OVER (PARTITION BY site ORDER BY round) AS so_far"
                                + " FROM (SELECT site, round, COUNT(*) AS answers FROM reply WHERE run = ? AND exchange = 'train'"
                                + " AND outcome <> 'refused' GROUP BY site, round) AS by_site) AS sums GROUP BY round ORDER BY round")
                .param(run)
                .query((row, n) -> Map.entry(row.getInt(1), row.getLong(2)))
                .list()
                .forEach(entry -> {
                    least[0] = Math.max(least[0], entry.getValue());
                    most.put(entry.getKey(), least[0]);
                });
        return most;
    }

    private static long evaluated(JdbcClient sql, String run) {
        return sql.sql("SELECT COALESCE(MAX(answers), 0) FROM (SELECT COUNT(*) AS answers FROM reply WHERE run = ?"
                        + " AND exchange = 'evaluate' AND outcome <> 'refused' GROUP BY site) AS by_site")
                .param(run)
                .query(Long.class)
                .single();
    }
}
