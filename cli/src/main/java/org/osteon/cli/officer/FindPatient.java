package org.osteon.cli.officer;

import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.v1.PatientRef;
import org.osteon.protocol.v1.SiteGrpc;
import picocli.CommandLine.Command;

/** {@code osteon officer patient}. */
@Command(
        name = "patient",
        mixinStandardHelpOptions = true,
        description = "In which studies and models a patient of this site is; answered here and told to nobody.",
        footer = "Example:  osteon officer patient hospital-a - < identifier.txt")
final class FindPatient extends PatientVerb {
    @Override
    ExitCode call(SiteGrpc.SiteBlockingStub site, String identifier) {
        output().answerJson(site.findPatient(
                        PatientRef.newBuilder().setPatient(identifier).build())
                .getJson());
        return ExitCode.DONE;
    }
}
