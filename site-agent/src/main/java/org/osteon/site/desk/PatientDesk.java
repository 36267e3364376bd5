package org.osteon.site.desk;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Statement;
import org.osteon.protocol.document.WithdrawalNotice;
import org.osteon.site.approval.Approvals;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.snapshot.Snapshots;
import org.osteon.site.statement.Statements;
import org.osteon.site.withdrawal.Withdrawals;

/** What an officer asks about one patient. The identifier is turned into the site's pseudonym and kept nowhere. */
public final class PatientDesk {
    private static final int MOST_NOTICES = 64;

    private final SiteFolder site;
    private final SiteEvents events;
    private final Snapshots snapshots;
    private final Withdrawals withdrawals;
    private final PatientTrace trace;
    private final ForeignTrace foreign;
    private final Statements statements;

    /** Over these parts of the site. */
    public PatientDesk(
            SiteFolder site,
            SiteEvents events,
            Snapshots snapshots,
            Withdrawals withdrawals,
            PatientTrace trace,
            ForeignTrace foreign,
            Statements statements) {
        this.site = site;
        this.events = events;
        this.snapshots = snapshots;
        this.withdrawals = withdrawals;
        this.trace = trace;
        this.foreign = foreign;
        this.statements = statements;
    }

    /** In which studies and models the patient is, and what the hub has not been told of it. */
    Map<String, Object> find(String identifier) {
        String pseudonym = withdrawals.pseudonym(identifier);
        return view(pseudonym, trace.of(pseudonym));
    }

    /**
     * Withdraws the patient and keeps the officer's notices for the hub, in one transaction.
     *
     * @param envelopes signed notices; each names only what the patient's withdrawal owes
     */
    CompletableFuture<Map<String, Object>> withdraw(String identifier, List<byte[]> envelopes, Duration patience) {
        String pseudonym = withdrawals.pseudonym(identifier);
        if (envelopes.size() > MOST_NOTICES) {
            throw CallException.wrong("NOTICES_TOO_MANY", "at most " + MOST_NOTICES + " notices a call");
        }
        List<SignedDocument<? extends Statement>> notices = envelopes.stream()
                .<SignedDocument<? extends Statement>>map(statements::read)
                .toList();
        List<PatientTrace.Involvement> involved = trace.of(pseudonym);
        requireOwed(notices, involved);
        boolean fresh = withdrawals.add(pseudonym, sql -> notices.forEach(notice -> statements.add(sql, notice)));
        events.publish();
        List<CompletableFuture<Map<String, Object>>> told = notices.stream()
                .map(notice -> statements.atHub(notice.digest(), patience).thenApply(atHub -> told(notice, atHub)))
                .toList();
        return CompletableFuture.allOf(told.toArray(CompletableFuture[]::new)).thenApplyAsync(unused -> {
            Map<String, Object> view = view(pseudonym, trace.of(pseudonym));
            view.put("fresh", fresh);
            view.put("told", told.stream().map(CompletableFuture::join).toList());
            return view;
        });
    }

    private static Map<String, Object> told(SignedDocument<? extends Statement> notice, Approvals.AtHub atHub) {
        return Map.of(
                "notice",
                notice.digest().hex(),
                "study",
                notice.document().study().hex(),
                "hub",
                atHub.code());
    }

    private void requireOwed(
            List<SignedDocument<? extends Statement>> notices, List<PatientTrace.Involvement> involved) {
        Map<Digest, Set<String>> owed = new HashMap<>();
        involved.forEach(one -> owed.put(one.study().digest(), Set.copyOf(one.models())));
        for (SignedDocument<? extends Statement> notice : notices) {
            boolean fits = notice.document() instanceof WithdrawalNotice named
                    && owed.getOrDefault(named.study(), Set.of())
                            .containsAll(
                                    named.models().stream().map(Digest::hex).toList());
            if (!fits) {
                throw CallException.refused(
                        "NOTICE_NOT_OWED", "a notice names more than this patient's withdrawal concerns");
            }
        }
    }

    private Map<String, Object> view(String pseudonym, List<PatientTrace.Involvement> involved) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("site", site.settings().site());
        view.put("federation", site.settings().federation());
        view.put("inSnapshot", snapshots.has(pseudonym));
        view.put(
                "withdrawn", withdrawals.since(pseudonym).map(Instant::toString).orElse(""));
        List<Map<String, Object>> studies = new ArrayList<>();
        List<Map<String, Object>> owed = new ArrayList<>();
        for (PatientTrace.Involvement one : involved) {
            Map<String, Object> study = new LinkedHashMap<>();
            study.put("study", one.study().digest().hex());
            study.put("name", one.study().document().name());
            study.put("version", one.study().document().version());
            study.put("inCohort", one.inCohort());
            study.put("models", one.models());
            study.put("parts", one.parts());
            studies.add(study);
            Set<String> before = trace.noticed(one.study().digest());
            List<String> models = one.models().stream()
                    .filter(model -> !before.contains(model))
                    .limit(WithdrawalNotice.MOST_MODELS)
                    .toList();
            if (!models.isEmpty()) {
                owed.add(Map.of("study", one.study().digest().hex(), "models", models));
            }
        }
        view.put("involved", studies);
        view.put("foreign", foreign.of(pseudonym));
        view.put("owed", owed.stream().limit(MOST_NOTICES).toList());
        return view;
    }
}
