package org.osteon.site.hosted;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.protocol.document.HostedRun;
import org.osteon.protocol.flower.wire.Metadata;

/** Runs the apps of foreign runs, shut in. */
public interface RunHost {
    /** The code of why no app can be run here now; empty when one can. */
    Optional<String> objection();

    /**
     * Has an app answer one message.
     *
     * @param asked what the run asks
     * @param releases what an officer lets leave of it
     * @param bundle the app's bundle
     * @param message metadata of the message, with its id
     * @param objects folder with the message's objects, each under its id
     * @param files what it may read beside, by name
     * @param draft where the arrays of its answer are written
     * @return what may leave
     * @throws org.osteon.learning.LearningException with a code of hosting when nothing may leave
     */
    HostedReply answer(
            HostedRun asked,
            List<String> releases,
            byte[] bundle,
            Metadata message,
            Path objects,
            Map<String, byte[]> files,
            Path draft);
}
