package org.osteon.site.desk;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.protocol.call.CallDirectory;
import org.osteon.protocol.call.Principal;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.VerificationKey;
import org.osteon.site.store.SiteStore;

/** The site's own callers, officer and operator, by their client keys; and which of them may call what. */
public final class Clients implements CallDirectory, ServerInterceptor {
    private static final Set<String> OFFICER = Set.of("data-officer");
    private static final Set<String> OPERATOR = Set.of("operator");
    private static final Set<String> BOTH = Set.of("data-officer", "operator");

    /** Full method name to the roles that may call it; what is not in the table nobody may. */
    public static final Map<String, Set<String>> TABLE = Map.ofEntries(
            Map.entry("osteon.v1.Site/Status", BOTH),
            Map.entry("osteon.v1.Site/IssueLink", OPERATOR),
            Map.entry("osteon.v1.Site/ListStudies", BOTH),
            Map.entry("osteon.v1.Site/ShowStudy", BOTH),
            Map.entry("osteon.v1.Site/Review", OFFICER),
            Map.entry("osteon.v1.Site/Decide", OFFICER),
            Map.entry("osteon.v1.Site/Ask", OFFICER),
            Map.entry("osteon.v1.Site/FindPatient", OFFICER),
            Map.entry("osteon.v1.Site/WithdrawPatient", OFFICER),
            Map.entry("osteon.v1.Site/Journal", BOTH),
            Map.entry("osteon.v1.Site/VerifyJournal", BOTH),
            Map.entry("osteon.v1.Site/Budget", BOTH),
            Map.entry("osteon.v1.Site/StopAll", BOTH),
            Map.entry("osteon.v1.Site/Resume", BOTH),
            Map.entry("osteon.v1.Site/AddData", OPERATOR),
            Map.entry("osteon.v1.Site/Policy", BOTH),
            Map.entry("osteon.v1.Site/Receipts", BOTH),
            Map.entry("osteon.v1.Site/Events", BOTH));

    private final SiteStore store;
    private final Map<String, Entry> entries;

    /** The clients whose public keys lie in the site's folder. */
    public Clients(SiteStore store, Path folder, String federation) {
        this.store = store;
        Map<String, Entry> known = new java.util.HashMap<>();
        enter(known, folder.resolve("clients").resolve("officer.key"), "data-officer", federation);
        enter(known, folder.resolve("clients").resolve("operator.key"), "operator", federation);
        this.entries = Map.copyOf(known);
    }

    private static void enter(Map<String, Entry> known, Path file, String role, String federation) {
        Path publicPart = file.resolveSibling(file.getFileName().toString().replace(".key", ".pub"));
        Path readable = Files.isReadable(publicPart) ? publicPart : file;
        if (Files.isReadable(readable)) {
            VerificationKey key = KeyFile.readPublic(readable);
            known.put(key.keyId(), new Entry(key, new Principal(key.keyId(), role, role, federation)));
        }
    }

    @Override
    public Optional<Entry> find(String keyId) {
        return Optional.ofNullable(entries.get(keyId));
    }

    @Override
    public boolean firstUse(String keyId, String nonce, Instant forget) {
        return store.write(sql -> {
            sql.sql("DELETE FROM used_nonce WHERE forget < ?")
                    .param(Instant.now().getEpochSecond() - 60)
                    .update();
            return sql.sql(
                                    "INSERT INTO used_nonce(key_id, nonce, forget) VALUES (?, ?, ?) ON CONFLICT (key_id, nonce) DO NOTHING")
                            .params(keyId, nonce, forget.getEpochSecond())
                            .update()
                    == 1;
        });
    }

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
