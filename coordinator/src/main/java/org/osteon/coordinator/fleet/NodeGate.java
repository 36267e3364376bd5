package org.osteon.coordinator.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.protocol.call.CallDirectory;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.NodeSignature;

/**
 * Who a Fleet call is from: the site whose pinned key signed a timely timestamp that this key never used before, over
 * restarts as well.
 */
public final class NodeGate {
    private final Sites sites;
    private final CallDirectory once;
    private final Clock clock;
    private final RefusalLog refusals;

    /** A gate over the enrolled sites. */
    public NodeGate(Sites sites, CallDirectory once, Clock clock) {
        this.sites = sites;
        this.once = once;
        this.clock = clock;
        this.refusals = new RefusalLog(clock);
    }

    /** The caller, or why not; the log says so too. */
    public Outcome<SiteRecord> admit(NodeSignature signature) {
        try {
            Optional<SiteRecord> site = sites.byNodeKeyPem(signature.publicKeyPem());
            if (site.isEmpty() || !site.orElseThrow().active()) {
                return away("NODE_UNKNOWN", "its key is none of an active site or registered SuperNode");
            }
            SiteRecord node = site.orElseThrow();
            if (!signature.holds(node.nodeKey())) {
                return away("NODE_SIGNATURE_INVALID", "");
            }
            Instant time = signature.time();
            Instant now = clock.instant();
            if (!signature.timely(now)) {
                // Signed by an active node: its clock or its queue is late; a fresh signature will do.
                long behind = Duration.between(time, now).toSeconds();
                refusals.say(
                        node.name(),
                        "NODE_TIMESTAMP_OUTSIDE_WINDOW",
                        "its time is " + Math.abs(behind) + " s " + (behind < 0 ? "ahead of" : "behind")
                                + " the hub's: compare the clocks of both machines");
                return new Outcome.Transient<>("NODE_TIMESTAMP_OUTSIDE_WINDOW");
            }
            boolean first = once.firstUse(
                    node.nodeKey().keyId(),
                    "fleet " + time,
                    time.plus(NodeSignature.OLDEST).plusSeconds(60));
            if (first) {
                return new Outcome.Done<>(node);
            }
            refusals.say(node.name(), "NODE_TIMESTAMP_USED", "");
            return new Outcome.Transient<>("NODE_TIMESTAMP_USED");
        } catch (FlowerException e) {
            return away(e.code(), "");
        } catch (org.osteon.protocol.sign.SignatureException e) {
            return away(e.code(), "");
        }
    }

    private Outcome<SiteRecord> away(String reason, String hint) {
        refusals.say(RefusalLog.SOMEBODY, reason, hint);
        return new Outcome.GoAway<>(reason);
    }
}
