package org.osteon.conformance.check;

import java.util.List;
import org.osteon.conformance.verdict.EvidenceItem;
import org.osteon.conformance.verdict.Phrase;

/** What a check says that needs a declared limit and finds none. */
final class Declared {
    private Declared() {}

    static Judgement missing(String check, List<EvidenceItem> looked) {
        return Judgement.of(Phrase.of("LIMIT_NONE"), Fault.inconclusive("LIMIT_NOT_DECLARED", "check", check), looked);
    }
}
