package org.osteon.conformance.check;

import java.util.Optional;
import org.osteon.conformance.verdict.CheckResult;

/** One computed check. */
interface Check {
    /** Its identifier. */
    String id();

    /** Judges the evidence against the declared limit; without one a check that needs it is inconclusive. */
    CheckResult judge(RunEvidence evidence, Optional<Double> limit);
}
