package org.osteon.privacy.ledger;

import java.util.List;
import java.util.Optional;
import org.osteon.privacy.accounting.RdpCurve;

/**
 * The rules: nothing is released without a reservation, a reservation counts as spent whether or not the release was
 * seen to leave, the same query is never charged twice, another query is always charged, and nothing is ever refunded.
 * The whole site is one patient set.
 */
public final class Ledger {
    private Ledger() {}

    /**
     * A limit.
     *
     * @param epsilon most that may be spent
     * @param delta at this δ
     */
    public record Limit(double epsilon, double delta) {}

    /** The outcome of asking. */
    public sealed interface Outcome {
        /** Reserved now: train, then commit. */
        record Reserved() implements Outcome {}

        /** Reserved before and not committed: the run was cut; what was drawn is gone, the charge stays. */
        record ReservedBefore() implements Outcome {}

        /** Committed before: send the same bytes again. */
        record CommittedBefore() implements Outcome {}

        /** Refused, with ε asked in all and ε allowed. */
        record Refused(String code, double wouldSpend, double allowed) implements Outcome {}
    }

    /**
     * Reserves a query's cost, or says why not.
     *
     * @param capsule the limit of this study's capsule
     * @param site the hospital's limit over all studies
     */
    public static Outcome reserve(LedgerRows rows, LedgerRows.Row asked, Limit capsule, Limit site) {
        Optional<LedgerRows.Row> known = rows.find(asked.query());
        if (known.isPresent()) {
            return known.orElseThrow().committed() ? new Outcome.CommittedBefore() : new Outcome.ReservedBefore();
        }
        if (!(asked.mechanism() instanceof Mechanism.ExactRelease)) {
            RdpCurve cost = asked.mechanism().cost();
            RdpCurve ofStudy = spent(rows.all().stream()
                            .filter(row -> row.study().equals(asked.study()))
                            .toList())
                    .plus(cost);
            if (!ofStudy.within(capsule.epsilon(), capsule.delta())) {
                return new Outcome.Refused(
                        "CAPSULE_BUDGET_EXHAUSTED", ofStudy.epsilon(capsule.delta()), capsule.epsilon());
            }
            RdpCurve ofSite = spent(rows.all()).plus(cost);
            if (!ofSite.within(site.epsilon(), site.delta())) {
                return new Outcome.Refused("SITE_BUDGET_EXHAUSTED", ofSite.epsilon(site.delta()), site.epsilon());
            }
        }
        rows.add(asked);
        return new Outcome.Reserved();
    }

    /** What the rows cost together. */
    public static RdpCurve spent(List<LedgerRows.Row> rows) {
        RdpCurve sum = RdpCurve.none();
        for (LedgerRows.Row row : rows) {
            sum = sum.plus(row.mechanism().cost());
        }
        return sum;
    }
}
