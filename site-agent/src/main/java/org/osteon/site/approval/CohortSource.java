package org.osteon.site.approval;

import org.osteon.protocol.document.DryRunAnswer.Reason;
import org.osteon.protocol.document.Study;

/** Runs a study's cohort query on the newest snapshot. */
public interface CohortSource {
    /**
     * The facts of the cohort.
     *
     * @throws CohortUnavailable when there is no snapshot or the query is refused
     */
    CohortFacts facts(Study study);

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
