package org.osteon.cli.hub;

import java.nio.charset.StandardCharsets;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.ReplayRoundRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code osteon round …}: one round. */
@Command(
        name = "round",
        mixinStandardHelpOptions = true,
        description = "One round: replay.",
        footer = {"", "Example:  osteon round replay r-1a2b3c4d 2 --hub hub"},
        subcommands = RoundVerbs.Replay.class)
public final class RoundVerbs {

    @Command(
            name = "replay",
            mixinStandardHelpOptions = true,
            description = "Recompute the aggregate from the stored updates and compare.",
            footer = "Example:  osteon round replay r-1a2b3c4d 2 --hub hub")
    static final class Replay extends HubVerb {
        @Parameters(index = "0", paramLabel = "R", description = "run")
        private String run = "";

        @Parameters(index = "1", paramLabel = "N", description = "round")
        private int round;

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            String json = hub.replayRound(ReplayRoundRequest.newBuilder()
                            .setRun(run)
                            .setRound(round)
                            .build())
                    .getJson();
            output().answerJson(json);
            boolean ok = CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8))
                    .path("ok")
                    .asBoolean();
            return ok ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
        }
    }
}
