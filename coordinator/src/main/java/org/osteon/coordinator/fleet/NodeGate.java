package org.osteon.coordinator.fleet;

import java.time.Clock;
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

    /** A gate over the enrolled sites. */
    public NodeGate(Sites sites, CallDirectory once, Clock clock) {
        this.sites = sites;
        this.once = once;
        this.clock = clock;
    }

    /** The caller, or why not. */
    public Outcome<SiteRecord> admit(NodeSignature signature) {
        try {
            Optional<SiteRecord> site = sites.byNodeKeyPem(signature.publicKeyPem());
            if (site.isEmpty() || !site.orElseThrow().active()) {
                return new Outcome.GoAway<>("NODE_UNKNOWN");
            }
            SiteRecord node = site.orElseThrow();
            if (!signature.holds(node.nodeKey())) {
                return new Outcome.GoAway<>("NODE_SIGNATURE_INVALID");
            }
            Instant time = signature.time();
            if (!signature.timely(clock.instant())) {
                // Signed by an active node: its clock or its queue is late; a fresh signature will do.
                return new Outcome.Transient<>("NODE_TIMESTAMP_OUTSIDE_WINDOW");
            }
            boolean first = once.firstUse(
                    node.nodeKey().keyId(),
                    "fleet " + time,
                    time.plus(NodeSignature.OLDEST).plusSeconds(60));
            return first ? new Outcome.Done<>(node) : new Outcome.Transient<>("NODE_TIMESTAMP_USED");
        } catch (FlowerException e) {
            return new Outcome.GoAway<>(e.code());
        } catch (org.osteon.protocol.sign.SignatureException e) {
            return new Outcome.GoAway<>(e.code());
        }
    }
}
