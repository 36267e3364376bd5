package org.osteon.coordinator.fleet;

import java.util.concurrent.CompletionStage;
import org.osteon.coordinator.enrolment.SiteRecord;
import org.osteon.protocol.flower.wire.Message;

/** Takes a reply whose objects have all arrived; completes when what became of it is on disk. */
public interface ReplySink {
    /**
     * Takes a reply.
     *
     * @param node who replied, authenticated
     * @param message the reply's wire message, bound to that node and to a message that was addressed to it
     */
    CompletionStage<Void> accept(SiteRecord node, Message message);

    /** A node that registered itself says that it goes for good. */
    void left(SiteRecord node);

    /** The Flower run a node asks about, or nothing when it is over or not its own. */
    java.util.Optional<RunFacts> run(long flowerRun);

    /**
     * What a node needs to know of a run.
     *
     * @param flowerRun Flower's run id
     * @param app the app bundle
     * @param running whether it still runs or takes replies
     */
    record RunFacts(long flowerRun, AppBundle app, boolean running) {}
}
