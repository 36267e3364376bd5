package org.osteon.coordinator.round;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.osteon.coordinator.study.Studies;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.TrainingPlan;

/** What a run does round by round: by its study, or by the plan of an ungoverned run. */
sealed interface RunPlan {
    /** Rounds of training. */
    int rounds();

    /** Updates without which no round closes. */
    int quorum();

    /** Seconds until a round's deadline. */
    long roundSeconds();

    /** Whether an evaluation follows the last round. */
    boolean evaluates();

    /** What a round asks for, as Flower's message type. */
    String exchange();

    /** Whether the answers to an exchange become the next model. */
    boolean makesModel(String exchange);

    /** The round whose model a site gets in an exchange. */
    int modelRound(String exchange, int round);

    /** By which strategy updates become the next version, unless their sums are added as {@code newton} does. */
    Aggregation aggregation();

    /**
     * How updates become the next version, as model versions name it: {@code mean}, {@code weights}, {@code newton}, or
     * the strategy's name where it does more than average.
     */
    String rule();

    private static String rule(Aggregation aggregation, String average) {
        return aggregation instanceof Aggregation.FedAvg || aggregation instanceof Aggregation.FedProx
                ? average
                : aggregation.strategy();
    }

    /** The plan of a run. */
    static RunPlan of(RunRecord run, Studies studies) {
        return run.governed()
                ? new Governed(studies.get(run.study().hex()).document())
                : new Ungoverned(CanonicalJson.read(run.plan().getBytes(StandardCharsets.UTF_8), UngovernedPlan.class));
    }

    /** A run whose every participant has a capsule for this study. */
    record Governed(Study study) implements RunPlan {
        @Override
        public int rounds() {
            return study.plan().rounds();
        }

        @Override
        public int quorum() {
            return study.participation().quorum();
        }

        @Override
        public long roundSeconds() {
            return study.participation().roundSeconds();
        }

        @Override
        public boolean evaluates() {
            return study.evaluation().present();
        }

        @Override
        public String exchange() {
            return "train";
        }

        @Override
        public boolean makesModel(String exchange) {
            return exchange().equals(exchange);
        }

        @Override
        public int modelRound(String exchange, int round) {
            return makesModel(exchange) ? round - 1 : round;
        }

        @Override
        public Aggregation aggregation() {
            return study.aggregation();
        }

        @Override
        public String rule() {
            return study.plan() instanceof TrainingPlan.Newton ? "newton" : RunPlan.rule(aggregation(), "mean");
        }
    }

    /** A run over unmodified Flower nodes. */
    record Ungoverned(UngovernedPlan plan) implements RunPlan {
        @Override
        public int rounds() {
            return plan.rounds();
        }

        @Override
        public int quorum() {
            return plan.nodes();
        }

        @Override
        public long roundSeconds() {
            return Duration.ofMinutes(10).toSeconds();
        }

        @Override
        public boolean evaluates() {
            return false;
        }

        @Override
        public String exchange() {
            return plan.exchange();
        }

        @Override
        public boolean makesModel(String exchange) {
            return plan.trains();
        }

        @Override
        public int modelRound(String exchange, int round) {
            return plan.trains() ? round - 1 : 0;
        }

        @Override
        public Aggregation aggregation() {
            return plan.aggregation();
        }

        @Override
        public String rule() {
            return RunPlan.rule(aggregation(), "weights");
        }
    }
}
