package org.osteon.conformance.check;

import java.util.Optional;

/** One computed check. */
interface Check {
    /** Its identifier. */
    String id();

    /** Judges the evidence against the declared limit; without one a check that needs it is inconclusive. */
    Judgement judge(RunEvidence evidence, Optional<Double> limit);
}
