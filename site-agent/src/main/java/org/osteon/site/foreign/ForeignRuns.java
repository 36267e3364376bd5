package org.osteon.site.foreign;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.document.HostedRun.Setting;
import org.osteon.protocol.document.Refusal;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.wire.Run;
import org.osteon.protocol.flower.wire.Scalar;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.CapsuleCheck;
import org.osteon.site.approval.CohortSource;
import org.osteon.site.approval.HostedRuns;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.settings.SiteFolder;

/**
 * Judges messages of runs that carry no Osteon instruction. Each is refused unless an officer approved the document
 * that follows from the run's bundle and configuration and the message's arrays; the first message of an unknown one
 * leaves it in the officer's inbox.
 */
public final class ForeignRuns {
    /** The run, its bundle or its configuration cannot be read whole. */
    static final String UNREADABLE = "RUN_UNREADABLE";

    /** How many rows an answer is about, as the app says; a server weights by it. */
    static final String EXAMPLES = "num-examples";

    private static final String ROUNDS = "num-server-rounds";
    private static final int DEFAULT_ROUNDS = 3;
    private static final List<String> METRICS = List.of(EXAMPLES);

    private final SiteFolder site;
    private final HostedRuns requests;
    private final Approvals approvals;
    private final CapsuleCheck capsules;
    private final CohortSource cohorts;
    private final ClockGuard clock;

    /** The judge of this site. */
    public ForeignRuns(
            SiteFolder site,
            HostedRuns requests,
            Approvals approvals,
            CapsuleCheck capsules,
            CohortSource cohorts,
            ClockGuard clock) {
        this.site = site;
        this.requests = requests;
        this.approvals = approvals;
        this.capsules = capsules;
        this.cohorts = cohorts;
        this.clock = clock;
    }

    /** What was found of a message. */
    public sealed interface Verdict {
        /**
         * An officer allows it.
         *
         * @param run what was approved
         * @param capsule by this
         */
        record Approved(HostedRun run, SignedDocument<Capsule> capsule) implements Verdict {}

        /**
         * It is refused.
         *
         * @param code why
         */
        record Refused(String code) implements Verdict {}
    }

    /**
     * Judges a message.
     *
     * @param type its type
     * @param run the run as the server shows it
     * @param bundle the run's app bundle as the server hands it out
     * @param arrays the arrays that the message brings, in order
     */
    public Verdict judge(String type, Run run, byte[] bundle, List<ArraySpec> arrays) {
        HostedRun asked;
        try {
            asked = derive(type, run, bundle, arrays);
        } catch (FlowerException | DocumentException e) {
            return new Verdict.Refused(UNREADABLE);
        }
        if (!site.settings().policy().allowExact()) {
            return new Verdict.Refused("EXACT_RELEASE_NOT_ALLOWED");
        }
        requests.keep(asked);
        Optional<SignedDocument<Capsule>> capsule = approvals.capsule(asked.digest());
        if (capsule.isEmpty()) {
            return new Verdict.Refused(approvals
                    .newest(asked.digest())
                    .map(decision ->
                            decision.document() instanceof Refusal ? "STUDY_REFUSED_BY_OFFICER" : "CAPSULE_REVOKED")
                    .orElse("HOSTED_RUN_NOT_APPROVED"));
        }
        SignedDocument<Capsule> inForce = capsule.orElseThrow();
        Digest snapshot;
        try {
            snapshot = cohorts.snapshot();
        } catch (CohortSource.CohortUnavailable e) {
            return new Verdict.Refused(e.reason().code());
        }
        return capsules.objection(inForce, asked, site.root().digest(), snapshot, clock.now(), clock.belowMark())
                .or(() -> asked.covers(inForce.document().releases(), type)
                        ? Optional.empty()
                        : Optional.of("HOSTED_MESSAGE_NOT_APPROVED"))
                .<Verdict>map(Verdict.Refused::new)
                .orElseGet(() -> new Verdict.Approved(asked, inForce));
    }

    /** The document that follows from a run. */
    private HostedRun derive(String type, Run run, byte[] bundle, List<ArraySpec> arrays) {
        List<String> types = HostedRun.asked(type).orElseThrow(() -> AppBundle.unreadable("no app is asked " + type));
        Digest fab = Digest.of(bundle);
        if (!fab.hex().equals(run.getFabHash())) {
            throw AppBundle.unreadable("it is not the run's");
        }
        AppBundle app = AppBundle.read(bundle);
        Map<String, Setting> config = new TreeMap<>(app.defaults());
        run.getOverrideConfigMap().forEach((key, value) -> config.put(key, setting(key, value)));
        return new HostedRun(
                HostedRun.SCHEMA,
                site.settings().federation(),
                site.settings().site(),
                site.settings().fleet(),
                app.app(),
                app.version(),
                fab,
                List.copyOf(config.values()),
                types,
                rounds(config),
                types.stream().anyMatch(HostedRun::training) ? arrays : List.of(),
                METRICS);
    }

    private static int rounds(Map<String, Setting> config) {
        Setting rounds = config.get(ROUNDS);
        if (rounds == null) {
            return DEFAULT_ROUNDS;
        }
        if (!rounds.kind().equals("integer") || rounds.value().length() > 6) {
            throw AppBundle.unreadable("its configuration's " + ROUNDS + " is no number of rounds");
        }
        return Integer.parseInt(rounds.value());
    }

    private static Setting setting(String key, Scalar value) {
        return switch (value.getScalarCase()) {
            case STRING -> new Setting(key, "text", value.getString());
            case SINT64 -> new Setting(key, "integer", Long.toString(value.getSint64()));
            case UINT64 -> new Setting(key, "integer", Long.toUnsignedString(value.getUint64()));
            case DOUBLE -> new Setting(key, "real", Double.toString(value.getDouble()));
            case BOOL -> new Setting(key, "truth", Boolean.toString(value.getBool()));
            default -> throw AppBundle.unreadable("the run sets " + key + " to what no configuration holds");
        };
    }
}
