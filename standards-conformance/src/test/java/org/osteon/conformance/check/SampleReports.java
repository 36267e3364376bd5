package org.osteon.conformance.check;

import java.nio.file.Path;
import java.util.Map;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.conformance.verdict.Report;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.SigningKey;

/** Whole reports over the fixture's run, for tests of how they are written. */
public final class SampleReports {
    private SampleReports() {}

    /** Every check passes. */
    public static Report passing(Path folder) {
        return report(RunFixture.dp(folder), Map.of("A-04", 0.6, "B-04", 0.7, "D-01", 0.01));
    }

    /** One check fails, one is inconclusive, the others pass. */
    public static Report mixed(Path folder) {
        RunFixture run = RunFixture.dp(folder);
        run.tables.remove(Tables.HEADERS);
        return report(run, Map.of("A-04", 0.6, "B-04", 0.95, "D-01", 0.01));
    }

    /** Two checks do not apply. */
    public static Report exact(Path folder) {
        return report(RunFixture.newton(folder), Map.of("D-01", 0.01));
    }

    private static Report report(RunFixture run, Map<String, Double> limits) {
        SignedDocument<Declaration> declaration = SignedDocument.sign(
                new Declaration(Declaration.SCHEMA, "ortho-net", "李教授 <Prof & Li>", limits), SigningKey.ed25519());
        return Checks.report(run.evidence(), declaration, "osteon/test", RunFixture.START);
    }
}
