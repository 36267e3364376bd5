package org.osteon.site.egress;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.osteon.site.approval.Approvals;
import org.osteon.site.approval.PolicyEvaluator;
import org.osteon.site.clock.ClockGuard;
import org.osteon.site.event.SiteEvents;
import org.osteon.site.foreign.ForeignRuns;
import org.osteon.site.foreign.ForeignTraining;
import org.osteon.site.journal.Journal;
import org.osteon.site.settings.FleetCarrier;
import org.osteon.site.settings.SiteFolder;
import org.osteon.site.settings.SiteSettings;
import org.osteon.site.statement.Statements;
import org.osteon.site.store.SiteStore;
import org.osteon.site.training.Outbox;
import org.osteon.site.training.TrainingRuns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The site's three conversations with the hub, each on a thread of its own, paused by the red switch. */
public final class Egress implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Egress.class);
    private static final long FIRST_WAIT = 200;

    /** A hub that is there again is found within it; a site may be in the middle of a round. */
    private static final long LONGEST_WAIT = 4_000;

    private static final String LINK = "egress-link";
    private static final String PUSH = "egress-push";
    private static final String FLEET = "egress-fleet";
    private static final String HEARTBEAT = "egress-heartbeat";

    private final HubChannel hub;
    private final FleetCalls carrier;
    private final boolean carriedElsewhere;
    private final FleetSession fleet;
    private final HubLink link;
    private final RedSwitch redSwitch;
    private final Semaphore work = new Semaphore(1);
    private volatile boolean closed;
    private final Map<String, String> troubles = new ConcurrentHashMap<>();
    private volatile String reference = "";
    private volatile long lastContact;
    private volatile boolean answered;

    /** The egress of this site; {@link #start} begins. */
    public Egress(
            SiteFolder site,
            SiteStore store,
            SiteEvents events,
            Approvals approvals,
            PolicyEvaluator policy,
            Journal journal,
            Statements statements,
            TrainingRuns training,
            ForeignRuns foreign,
            ForeignTraining foreignTraining,
            Outbox outbox,
            RedSwitch redSwitch,
            ClockGuard clock) {
        this.hub = new HubChannel(
                site.settings().hub(), site.settings().hubPin(), site.nodeKey(), Clock.systemUTC(), true, redSwitch);
        this.carriedElsewhere = site.settings().fleetElsewhere();
        this.carrier = carrier(site, redSwitch);
        OtherCarrier other = new OtherCarrier(
                site.settings().fleet(),
                site.settings().fleetPin(),
                site.settings().fleetCarrier(),
                redSwitch::on);
        this.fleet = new FleetSession(
                carrier,
                other,
                site,
                training,
                new ForeignMessages(carrier, foreign, foreignTraining),
                outbox,
                journal,
                redSwitch,
                store,
                events,
                clock);
        this.link = new HubLink(hub, site, store, events, approvals, policy, journal, statements, clock);
        this.redSwitch = redSwitch;
        events.onGrowth(this::wake);
    }

    /** What carries Flower's calls; the hub's own connection where nothing else is set. */
    private FleetCalls carrier(SiteFolder site, RedSwitch redSwitch) {
        SiteSettings settings = site.settings();
        if (settings.fleetCarrier() == FleetCarrier.HTTP) {
            return new HttpFleetCalls(
                    settings.fleet(), settings.fleetPin(), site.nodeKey(), Clock.systemUTC(), redSwitch::on);
        }
        return new GrpcFleetCalls(
                settings.fleetElsewhere()
                        ? new HubChannel(
                                settings.fleet(),
                                settings.fleetPin(),
                                site.nodeKey(),
                                Clock.systemUTC(),
                                false,
                                redSwitch)
                        : hub);
    }

    /** Begins. */
    public void start() {
        thread(FLEET, () -> {
            fleet.turn();
            return true;
        });
        thread(LINK, () -> {
            link.pull();
            return true;
        });
        thread(PUSH, this::push);
        if (carriedElsewhere) {
            thread(HEARTBEAT, () -> {
                fleet.heartbeat();
                return true;
            });
        }
    }

    /** There is something to hand on. */
    public void wake() {
        if (work.availablePermits() == 0) {
            work.release();
        }
    }

    /** Ends what is waiting at the hub, so that a thrown switch holds at once. */
    public void hangUp() {
        answered = false;
        carrier.hangUp();
        hub.hangUp();
    }

    /** {@code stopped}, {@code connected} when the hub answered and nothing failed since, or {@code waiting}. */
    public String state() {
        return redSwitch.on() ? "stopped" : answered && troubles.isEmpty() ? "connected" : "waiting";
    }

    /** What the operator should know about the connection, the hub's own word first; empty when it is well. */
    public String trouble() {
        return Stream.of(LINK, PUSH, FLEET, HEARTBEAT)
                .map(conversation -> troubles.getOrDefault(conversation, ""))
                .filter(trouble -> !trouble.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Where the log tells of the trouble; empty when there is none. */
    public String reference() {
        return troubles.isEmpty() ? "" : reference;
    }

    /** When the hub last answered, epoch milliseconds, 0 for never since the start. */
    public long lastContact() {
        return lastContact;
    }

    @Override
    public void close() {
        closed = true;
        if (carriedElsewhere && !redSwitch.on()) {
            fleet.leave();
        }
        carrier.close();
        hub.close();
    }

    /** Hands on what there is; false when there was nothing, and the hub was not asked. */
    private boolean push() {
        try {
            if (!work.tryAcquire(20, TimeUnit.SECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
            return false;
        }
        work.drainPermits();
        if (redSwitch.on()) {
            work.release();
            return false;
        }
        try {
            link.push();
            return true;
        } catch (RuntimeException e) {
            work.release();
            throw e;
        }
    }

    private void thread(String name, BooleanSupplier turn) {
        Thread thread = new Thread(() -> loop(name, turn), name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * @param name the conversation, which has its own trouble
     * @param turn one turn; whether the hub answered in it
     */
    private void loop(String name, BooleanSupplier turn) {
        long wait = FIRST_WAIT;
        while (!closed) {
            if (redSwitch.on()) {
                pause(FIRST_WAIT);
                continue;
            }
            try {
                if (turn.getAsBoolean()) {
                    wait = FIRST_WAIT;
                    troubles.remove(name);
                    lastContact = System.currentTimeMillis();
                    answered = true;
                }
            } catch (FleetSession.Stopped e) {
                LOG.atInfo().log("stopped in the middle of a reply; it is sent when the switch is lifted");
            } catch (StatusRuntimeException e) {
                if (!closed && !redSwitch.on() && e.getStatus().getCode() != Status.Code.DEADLINE_EXCEEDED) {
                    if (troubles.isEmpty()) {
                        reference = HexFormat.of()
                                .toHexDigits(ThreadLocalRandom.current().nextInt());
                    }
                    String trouble = String.valueOf(e.getStatus().getDescription());
                    troubles.put(name, trouble);
                    LOG.atInfo()
                            .addKeyValue("reference", reference)
                            .addKeyValue("status", e.getStatus().getCode())
                            .log("the hub cannot be reached now: {}", trouble);
                }
                pause(wait);
                wait = Math.min(LONGEST_WAIT, wait * 2);
            } catch (RuntimeException | Error e) {
                // An error too, as of a library that cannot be loaded: a site that no longer asks takes part in
                // nothing.
                LOG.atError().setCause(e).log("a turn with the hub failed");
                pause(wait);
                wait = Math.min(LONGEST_WAIT, wait * 2);
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
