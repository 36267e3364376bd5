package org.osteon.site.training;

import org.osteon.learning.TrainingData;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Study;

/** The rows of a study's cohort on one snapshot. */
public interface Cohorts {
    /**
     * The rows, scaled by the study's constants, one a patient; patients without the outcome are left out.
     *
     * @param snapshot commitment to the snapshot that was approved
     */
    TrainingData rows(Study study, Digest snapshot);

    /** The rows of a cohort that an officer named, likewise. */
    TrainingData rows(Study.Cohort named, Digest snapshot);
}
