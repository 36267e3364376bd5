package org.osteon.site.approval;

import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DryRunAnswer.Reason;
import org.osteon.protocol.document.Study;

/** Draws a study's cohort from the newest snapshot. */
public interface CohortSource {
    /**
     * The newest snapshot's commitment.
     *
     * @throws CohortUnavailable when there is none
     */
    Digest snapshot();

    /**
     * Whether the cohort query fits the newest snapshot's tables and columns; looks at no patient's row, so that the
     * answer may be told to whoever asks.
     *
     * @throws CohortUnavailable when there is no snapshot or the query does not fit it
     */
    void requireFits(Study study);

    /**
     * The facts of the cohort; they and the reasons against it follow from patients' rows and stay at this site until
     * an officer has decided.
     *
     * @throws CohortUnavailable when there is no snapshot or the query is refused
     */
    CohortFacts facts(Study study);

    /**
     * Whether a cohort that an officer named fits the newest snapshot's tables and columns; looks at no patient's row.
     *
     * @throws CohortUnavailable when there is no snapshot or the query does not fit it
     */
    void requireFits(Study.Cohort named);

    /**
     * The facts of a cohort that an officer named, its smallest cell among them: nothing of it is noised.
     *
     * @throws CohortUnavailable when there is no snapshot or the query is refused
     */
    CohortFacts facts(Study.Cohort named);

    /** There is no cohort to speak of; carries the reason as a dry-run gives it. */
    final class CohortUnavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Reason reason;

        /** With the reason. */
        public CohortUnavailable(Reason reason) {
            super(reason.code());
            this.reason = reason;
        }

        /** The reason. */
        public Reason reason() {
            return reason;
        }
    }
}
