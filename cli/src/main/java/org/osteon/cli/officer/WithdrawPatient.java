package org.osteon.cli.officer;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.protocol.v1.PatientRef;
import org.osteon.protocol.v1.SiteGrpc;
import org.osteon.protocol.v1.WithdrawPatientRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code osteon officer withdraw}. */
@Command(
        name = "withdraw",
        mixinStandardHelpOptions = true,
        description =
                "Take a patient out: of every later snapshot and round. Models made before are flagged at the hub, by notices that you sign and that name studies and models only.",
        footer = "Example:  osteon officer withdraw hospital-a - --key li.key < identifier.txt")
final class WithdrawPatient extends PatientVerb {
    @Mixin
    private final OfficerKey key = new OfficerKey();

    @Override
    ExitCode call(SiteGrpc.SiteBlockingStub site, String identifier) {
        JsonNode found = read(
                site.findPatient(PatientRef.newBuilder().setPatient(identifier).build())
                        .getJson());
        List<WithdrawalNotice> owed = notices(found);
        WithdrawPatientRequest.Builder request =
                WithdrawPatientRequest.newBuilder().setPatient(identifier);
        if (!owed.isEmpty()) {
            key.sign(owed, output()).forEach(notice -> request.addNotices(ByteString.copyFrom(notice)));
        }
        output().answerJson(site.withdrawPatient(request.build()).getJson());
        return ExitCode.DONE;
    }

    private static List<WithdrawalNotice> notices(JsonNode found) {
        List<WithdrawalNotice> notices = new ArrayList<>();
        for (JsonNode study : found.path("owed")) {
            List<Digest> models = new ArrayList<>();
            study.path("models").forEach(model -> models.add(new Digest(model.asText())));
            notices.add(new WithdrawalNotice(
                    WithdrawalNotice.SCHEMA,
                    found.path("federation").asText(),
                    new Digest(study.path("study").asText()),
                    found.path("site").asText(),
                    models,
                    Instant.now().truncatedTo(ChronoUnit.SECONDS)));
        }
        return notices;
    }

    private static JsonNode read(String json) {
        return CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
    }
}
