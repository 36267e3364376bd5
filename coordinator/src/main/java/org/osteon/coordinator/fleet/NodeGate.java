package org.osteon.coordinator.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.NodeSignature;
import org.osteon.protocol.sign.VerificationKey;

/**
 * Who a Fleet call is from: the site whose pinned key signed a timely timestamp that this key never used before, over
 * restarts as well.
 */
public final class NodeGate {
    private static final String REGISTER = "RegisterNode";
    private static final Set<String> WHILE_PENDING =
            Set.of(REGISTER, "ActivateNode", "DeactivateNode", "UnregisterNode", "SendNodeHeartbeat", "PullMessages");
    private static final Duration LONGEST_WINDOW = Duration.ofHours(24);
    private static final int MOST_INTRODUCED = 256;

    private final Sites sites;
    private final UsedTimes used;
    private final Clock clock;
    private final Window window;
    private final RefusalLog refusals;
    private final AtomicInteger introduced = new AtomicInteger();

    /**
     * When nodes that nobody registered may ask to be.
     *
     * @param until its end; absent when none may
     */
    public record Window(Optional<Instant> until) {
        /** None may. */
        public static final Window SHUT = new Window(Optional.empty());

        boolean open(Instant now) {
            return until.filter(
                            end -> now.isBefore(end) && now.plus(LONGEST_WINDOW).isAfter(end))
                    .isPresent();
        }
    }

    /** A gate over the enrolled sites. */
    public NodeGate(Sites sites, UsedTimes used, Clock clock, Window window) {
        this.sites = sites;
        this.used = used;
        this.clock = clock;
        this.window = window;
        this.refusals = new RefusalLog(clock);
    }

    /** The caller of a method, or why not; the log says so too. */
    public Outcome<SiteRecord> admit(NodeSignature signature, String method) {
        try {
            Optional<SiteRecord> site = sites.byNodeKeyPem(signature.publicKeyPem());
            if (site.isEmpty() && REGISTER.equals(method) && window.open(clock.instant())) {
                return introduce(signature);
            }
            if (site.isEmpty() || !site.orElseThrow().active() && !pending(site.orElseThrow())) {
                return away("NODE_UNKNOWN", "its key is none of an active site or registered SuperNode");
            }
            SiteRecord node = site.orElseThrow();
            if (!signature.holds(node.nodeKey())) {
                return away("NODE_SIGNATURE_INVALID", "");
            }
            if (!node.active() && !WHILE_PENDING.contains(method)) {
                refusals.say(node.name(), "NODE_PENDING", "nobody has confirmed its fingerprint yet");
                return new Outcome.NotForYou<>("NODE_PENDING");
            }
            Instant time = signature.time();
            Instant now = clock.instant();
            if (!NodeSignature.timely(time, now)) {
                // Signed by an active node: its clock or its queue is late; a fresh signature will do.
                long behind = Duration.between(time, now).toSeconds();
                refusals.say(
                        node.name(),
                        "NODE_TIMESTAMP_OUTSIDE_WINDOW",
                        "its time is " + Math.abs(behind) + " s " + (behind < 0 ? "ahead of" : "behind")
                                + " the hub's: compare the clocks of both machines");
                return new Outcome.Transient<>("NODE_TIMESTAMP_OUTSIDE_WINDOW");
            }
            if (used.first(node.nodeKey().keyId(), time)) {
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

    /** A key that nobody knows asks to be registered, while that is allowed. */
    private Outcome<SiteRecord> introduce(NodeSignature signature) {
        VerificationKey key = VerificationKey.ofPem(signature.publicKeyPem());
        if (!signature.holds(key) || !signature.timely(clock.instant())) {
            return away("NODE_SIGNATURE_INVALID", "");
        }
        Optional<SiteRecord> node =
                introduced.get() >= MOST_INTRODUCED ? Optional.empty() : sites.introduceFlowerNode(key);
        if (node.isEmpty() || !pending(node.orElseThrow())) {
            return away("NODES_PENDING_FULL", "too many wait for somebody to confirm their fingerprints");
        }
        introduced.incrementAndGet();
        refusals.say(
                node.orElseThrow().name(),
                "NODE_PENDING",
                "it registered itself and waits for an operator, who compares its fingerprint " + key.fingerprint());
        return new Outcome.Done<>(node.orElseThrow());
    }

    private static boolean pending(SiteRecord node) {
        return !node.governed() && "pending".equals(node.state());
    }

    private Outcome<SiteRecord> away(String reason, String hint) {
        refusals.say(RefusalLog.SOMEBODY, reason, hint);
        return new Outcome.GoAway<>(reason);
    }
}
