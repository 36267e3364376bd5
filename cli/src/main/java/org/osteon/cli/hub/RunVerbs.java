package org.osteon.cli.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.v1.Empty;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.RunRef;
import org.osteon.protocol.v1.ShowRunRequest;
import org.osteon.protocol.v1.StudyRef;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osteon run …}: rounds. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs of a study: start, list, show, pause, stop, resume; runs over Flower nodes: start-flower.",
        footer = {"", "Example:  osteon run start 1a2b3c4d --hub hub"},
        subcommands = {
            RunVerbs.Start.class,
            RunVerbs.ListRuns.class,
            RunVerbs.Show.class,
            RunVerbs.Pause.class,
            RunVerbs.Stop.class,
            RunVerbs.Resume.class,
            FlowerVerbs.Start.class
        })
public final class RunVerbs {

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Start a run with the sites whose officers approved.",
            footer = "Example:  osteon run start 1a2b3c4d --hub hub")
    static final class Start extends HubVerb {
        @Parameters(paramLabel = "S", description = "study digest, or its first digits")
        private String study = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            output().answerJson(
                            hub.startRun(StudyRef.newBuilder().setStudy(study).build())
                                    .getJson());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "All runs.",
            footer = "Example:  osteon run list --hub hub")
    static final class ListRuns extends HubVerb {
        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            JsonNode answer = CanonicalJson.readTree(
                    hub.listRuns(Empty.getDefaultInstance()).getJson().getBytes(StandardCharsets.UTF_8));
            if (!output().json()) {
                answer.path("runs").forEach(run -> ((ObjectNode) run).remove("rounds"));
            }
            output().answer(answer);
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "A run: its rounds, who is awaited and why.",
            footer = "Example:  osteon run show r-1a2b3c4d --hub hub")
    static final class Show extends HubVerb {
        @Parameters(paramLabel = "R", description = "run")
        private String run = "";

        @Option(
                names = "--unless-state",
                paramLabel = "STATE",
                description = "wait until the state differs from this one, at most 25 s")
        private String unless = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            ShowRunRequest request = ShowRunRequest.newBuilder()
                    .setRun(run)
                    .setUnlessState(unless)
                    .setHoldSeconds(25)
                    .build();
            output().answerJson(hub.showRun(request).getJson());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Let a run wait; what a site works on already is still taken, nothing new is asked.",
            footer = "Example:  osteon run pause r-1a2b3c4d --hub hub")
    static final class Pause extends HubVerb {
        @Parameters(paramLabel = "R", description = "run")
        private String run = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            output().answerJson(hub.pauseRun(RunRef.newBuilder().setRun(run).build())
                    .getJson());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description = "Stop a run; nothing more is asked of sites.",
            footer = "Example:  osteon run stop r-1a2b3c4d --hub hub")
    static final class Stop extends HubVerb {
        @Parameters(paramLabel = "R", description = "run")
        private String run = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            output().answerJson(
                            hub.stopRun(RunRef.newBuilder().setRun(run).build()).getJson());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Go on with a paused, stalled or stopped run.",
            footer = "Example:  osteon run resume r-1a2b3c4d --hub hub")
    static final class Resume extends HubVerb {
        @Parameters(paramLabel = "R", description = "run")
        private String run = "";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) {
            output().answerJson(hub.resumeRun(RunRef.newBuilder().setRun(run).build())
                    .getJson());
            return ExitCode.DONE;
        }
    }
}
