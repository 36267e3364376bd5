package org.osteon.coordinator.round;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.osteon.coordinator.study.Studies;
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

    /** How updates become the next version: {@code mean}, {@code newton} or {@code weights}. */
    String rule();

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
        public String rule() {
            return study.plan() instanceof TrainingPlan.Newton ? "newton" : "mean";
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
        public String rule() {
            return "weights";
        }
    }
}
