package org.osteon.site.desk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Decision;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.document.StudyDifference;
import org.osteon.site.approval.Approvals;
import org.osteon.site.settings.SiteFolder;

/**
 * What was decided before about a study or its predecessor, beside what is asked now: which of the things that an
 * approval binds are others, so that it does not hold for them and a new signature is needed, and which are the same.
 */
final class Amendment {
    private final Approvals approvals;
    private final SiteFolder site;

    Amendment(Approvals approvals, SiteFolder site) {
        this.approvals = approvals;
        this.site = site;
    }

    /**
     * The comparison, or nothing when neither the study nor a version before it was decided here.
     *
     * @param snapshot commitment to the newest snapshot, empty when there is none
     */
    Optional<Map<String, Object>> of(Study study, String snapshot) {
        Optional<SignedDocument<Study>> decided = decided(study);
        if (decided.isEmpty()) {
            return Optional.empty();
        }
        Study before = decided.orElseThrow().document();
        SignedDocument<? extends Decision> decision =
                approvals.newest(before.digest()).orElseThrow();
        List<Map<String, Object>> binds = new ArrayList<>();
        if (decision.document() instanceof Capsule capsule) {
            binds.add(bound("study", capsule.study().hex(), study.digest().hex()));
            binds.add(bound("snapshot", capsule.snapshot().hex(), snapshot));
            binds.add(bound("agentRelease", capsule.agentRelease(), SiteFolder.AGENT_RELEASE));
            binds.add(bound(
                    "trustRoot", capsule.trustRoot().hex(), site.root().digest().hex()));
            binds.add(bound("purpose", capsule.purpose(), study.purpose()));
            binds.add(bound(
                    "releases",
                    String.join(", ", capsule.releases()),
                    String.join(
                            ", ",
                            study.releases().stream()
                                    .map(Study.ReleaseItem::name)
                                    .toList())));
        }
        boolean same =
                !binds.isEmpty() && binds.stream().allMatch(bound -> "not-needed".equals(bound.get("signature")));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("previous", before.digest().hex());
        view.put("version", before.version());
        view.put("decided", decision.document().decided().toString());
        view.put("signature", same ? "not-needed" : "needed");
        view.put("binds", binds);
        view.put("changes", StudyDifference.between(before, study));
        return Optional.of(view);
    }

    /** The newest version, from this one back, that an officer decided about. */
    private Optional<SignedDocument<Study>> decided(Study study) {
        Optional<SignedDocument<Study>> version = approvals.find(study.digest());
        while (version.isPresent()
                && approvals.newest(version.orElseThrow().digest()).isEmpty()) {
            String previous = version.orElseThrow().document().previous();
            version = previous.isEmpty() ? Optional.empty() : approvals.find(new Digest(previous));
        }
        return version;
    }

    private static Map<String, Object> bound(String what, String before, String now) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("field", what);
        view.put("before", before);
        view.put("after", now);
        view.put("signature", before.equals(now) ? "not-needed" : "needed");
        return view;
    }
}
