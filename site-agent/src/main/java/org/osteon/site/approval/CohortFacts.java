package org.osteon.site.approval;

import java.util.List;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Manifest;

/**
 * What the newest snapshot says about a study's cohort; never leaves the site.
 *
 * @param snapshot commitment to the snapshot
 * @param patients patients in the cohort
 * @param columns the source columns with their de-identification actions
 * @param smallestCell smallest nonzero pairwise count an exact release would disclose, −1 when not computed
 */
public record CohortFacts(Digest snapshot, long patients, List<Manifest.Column> columns, long smallestCell) {
    /** Takes a copy. */
    public CohortFacts {
        columns = List.copyOf(columns);
    }
}
