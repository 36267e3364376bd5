package org.osteon.coordinator.people;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Map;
import java.util.Set;
import org.osteon.protocol.call.Principal;

/** Which role may call which method; what is not in the table nobody may. */
public final class Roles implements ServerInterceptor {
    private static final Set<String> ENGINEER = Set.of("ml-engineer");
    private static final Set<String> OPERATOR = Set.of("operator");
    private static final Set<String> READERS = Set.of("ml-engineer", "regulator", "operator");
    private static final Set<String> SITE = Set.of("site");

    /** Full method name to the roles that may call it. */
    public static final Map<String, Set<String>> TABLE = Map.ofEntries(
            Map.entry("osteon.v1.Hub/Status", READERS),
            Map.entry("osteon.v1.Hub/IssueToken", OPERATOR),
            Map.entry("osteon.v1.Hub/ConfirmSite", OPERATOR),
            Map.entry("osteon.v1.Hub/RevokeSite", OPERATOR),
            Map.entry("osteon.v1.Hub/AddKey", OPERATOR),
            Map.entry("osteon.v1.Hub/IssueLink", OPERATOR),
            Map.entry("osteon.v1.Hub/Trust", READERS),
            Map.entry("osteon.v1.Hub/PublishStudy", ENGINEER),
            Map.entry("osteon.v1.Hub/ListStudies", READERS),
            Map.entry("osteon.v1.Hub/ShowStudy", READERS),
            Map.entry("osteon.v1.Hub/StudyQuestions", READERS),
            Map.entry("osteon.v1.Hub/AnswerQuestion", ENGINEER),
            Map.entry("osteon.v1.Hub/DryRun", ENGINEER),
            Map.entry("osteon.v1.Hub/StartRun", ENGINEER),
            Map.entry("osteon.v1.Hub/ListRuns", READERS),
            Map.entry("osteon.v1.Hub/ShowRun", READERS),
            Map.entry("osteon.v1.Hub/PauseRun", ENGINEER),
            Map.entry("osteon.v1.Hub/StopRun", ENGINEER),
            Map.entry("osteon.v1.Hub/ResumeRun", ENGINEER),
            Map.entry("osteon.v1.Hub/ReplayRound", READERS),
            Map.entry("osteon.v1.Hub/ListModels", READERS),
            Map.entry("osteon.v1.Hub/ShowModel", READERS),
            Map.entry("osteon.v1.Hub/ModelFlags", READERS),
            Map.entry("osteon.v1.Hub/ExportModel", READERS),
            Map.entry("osteon.v1.Hub/RunConformance", READERS),
            Map.entry("osteon.v1.Hub/ConformanceReport", READERS),
            Map.entry("osteon.v1.Hub/ReleaseModel", ENGINEER),
            Map.entry("osteon.v1.Hub/Events", READERS),
            Map.entry("osteon.v1.Hub/Prove", READERS),
            Map.entry("osteon.v1.Hub/Bundle", READERS),
            Map.entry("osteon.v1.Hub/StartUngovernedRun", ENGINEER),
            Map.entry("osteon.v1.Hub/RegisterFlowerNode", OPERATOR),
            Map.entry("osteon.v1.SiteLink/PullWork", SITE),
            Map.entry("osteon.v1.SiteLink/PushDecision", SITE),
            Map.entry("osteon.v1.SiteLink/PushStatement", SITE),
            Map.entry("osteon.v1.SiteLink/PushDryRunAnswer", SITE),
            Map.entry("osteon.v1.SiteLink/Cosign", SITE),
            Map.entry("osteon.v1.SiteLink/PushCosignature", SITE),
            Map.entry("osteon.v1.SiteLink/PushLog", SITE),
            Map.entry("osteon.v1.SiteLink/ConfirmAnswer", SITE),
            Map.entry("osteon.v1.SiteLink/ConfirmReceipt", SITE));

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Set<String> allowed = TABLE.getOrDefault(call.getMethodDescriptor().getFullMethodName(), Set.of());
        String role = Principal.current().role();
        if (allowed.contains(role)) {
            return next.startCall(call, headers);
        }
        String needed = allowed.isEmpty()
                ? "nobody's role"
                : String.join(" or ", allowed.stream().sorted().toList());
        call.close(
                Status.PERMISSION_DENIED.withDescription(
                        "ROLE_MISSING: this needs " + needed + ", the caller is " + role),
                new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
