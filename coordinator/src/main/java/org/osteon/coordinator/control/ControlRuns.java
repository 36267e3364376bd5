package org.osteon.coordinator.control;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.osteon.audit.event.Event;
import org.osteon.console.account.Person;
import org.osteon.coordinator.enrolment.Sites;
import org.osteon.coordinator.fleet.AppBundle;
import org.osteon.coordinator.round.InitialArrays;
import org.osteon.coordinator.round.Rounds;
import org.osteon.coordinator.round.RunRecord;
import org.osteon.coordinator.round.RunState;
import org.osteon.coordinator.round.RunView;
import org.osteon.coordinator.round.UngovernedPlan;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.flower.wire.Fab;
import org.osteon.protocol.flower.wire.ListRunsRequest;
import org.osteon.protocol.flower.wire.ListRunsResponse;
import org.osteon.protocol.flower.wire.Run;
import org.osteon.protocol.flower.wire.RunStatus;
import org.osteon.protocol.flower.wire.StartRunRequest;
import org.osteon.protocol.flower.wire.StartRunResponse;
import org.osteon.protocol.flower.wire.StopRunRequest;
import org.osteon.protocol.flower.wire.StopRunResponse;

/** Runs as the {@code flwr} command begins, ends and lists them. */
final class ControlRuns {
    private static final int MOST_LISTED = 500;
    private static final int BUNDLES_KEPT = 1000;

    /** Older Pythons read no {@code Z}. */
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx");

    private static final Set<String> AT_WORK = Set.of("COMPUTING_OR_SENDING", "HUB_TRIES_AGAIN");

    private final Rounds rounds;
    private final RunView views;
    private final Sites sites;
    private final RunStory story;
    private final String federation;
    private final boolean allowUngoverned;
    private final Clock clock;
    private final Map<String, Bundle> bundles = new LinkedHashMap<>();

    ControlRuns(
            Rounds rounds,
            RunView views,
            Sites sites,
            RunStory story,
            String federation,
            boolean allowUngoverned,
            Clock clock) {
        this.rounds = rounds;
        this.views = views;
        this.sites = sites;
        this.story = story;
        this.federation = federation;
        this.allowUngoverned = allowUngoverned;
        this.clock = clock;
    }

    private record Bundle(String id, String version, String hash) {}

    /** A time as Flower's peers write it. */
    static String time(Instant at) {
        return TIME.format(OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
    }

    StartRunResponse start(Person person, StartRunRequest request) {
        if (!allowUngoverned) {
            throw ControlRefusal.policy(
                    "UNGOVERNED_NOT_ALLOWED: a run of the flwr command is ungoverned, and this hub runs governed studies"
                            + " only; an operator can set allowUngoverned = true");
        }
        if (!request.getAppSpec().isEmpty() || !request.hasFab()) {
            throw ControlRefusal.wrong("the hub takes an app from the command's own machine, none from Flower Hub");
        }
        byte[] fab = bytes(request.getFab());
        RunConfig config;
        RunRecord run;
        try {
            config = RunConfig.of(AppConfig.read(fab), request.getOverrideConfigMap());
            UngovernedPlan plan = new UngovernedPlan(
                    config.rounds(),
                    config.nodes(),
                    config.arrays(),
                    Base64.getEncoder().encodeToString(fab),
                    config.aggregation(),
                    "");
            run = rounds.startUngoverned(plan, InitialArrays.of(config.zeros()), person.name());
        } catch (CallException e) {
            throw ControlRefusal.of(e);
        } catch (DocumentException e) {
            throw ControlRefusal.of(e);
        }
        return StartRunResponse.newBuilder()
                .setRunId(Long.parseUnsignedLong(run.flowerRun()))
                .setFederation(federation)
                .setNote(note(run, config))
                .build();
    }

    private static byte[] bytes(Fab fab) {
        byte[] bytes = fab.getContent().toByteArray();
        if (!fab.getHashStr().equals(Digest.of(bytes).hex())) {
            throw ControlRefusal.wrong("APP_BUNDLE_MALFORMED: the app bundle's bytes do not have the hash it names");
        }
        return bytes;
    }

    private String note(RunRecord run, RunConfig config) {
        long nodes = sites.all().stream()
                .filter(site -> !site.governed() && site.active())
                .count();
        return "the app's ServerApp is not executed: the hub itself runs "
                + config.aggregation().strategy() + ", " + config.rounds() + " rounds over "
                + config.nodes() + " nodes, from zeros. The run (" + run.id()
                + " here) is ungoverned: no data officer approves it, nothing in it is private, and its models cannot be"
                + " released."
                + (nodes < config.nodes() ? " Only " + nodes + " Flower nodes are registered, so it will stall." : "")
                + " flwr log " + run.flowerRun() + " --stream tells who is awaited and why.";
    }

    StopRunResponse stop(Person person, StopRunRequest request) {
        RunRecord run = find(request.getRunId());
        if (!(run.state() instanceof RunState.Stoppable)) {
            throw ControlRefusal.finished(run.state().text());
        }
        try {
            rounds.stop(run.id(), person.name());
        } catch (CallException e) {
            // It ended meanwhile.
            throw "RUN_NOT_RUNNING".equals(e.code())
                    ? ControlRefusal.finished(rounds.get(run.id()).state().text())
                    : ControlRefusal.of(e);
        }
        return StopRunResponse.newBuilder().setSuccess(true).build();
    }

    ListRunsResponse list(ListRunsRequest request) {
        ListRunsResponse.Builder answer = ListRunsResponse.newBuilder().setNow(time(clock.instant()));
        List<RunRecord> runs = request.hasRunId()
                ? List.of(find(request.getRunId()))
                : rounds.all().stream()
                        .skip(request.hasSkip() ? unsigned(request.getSkip()) : 0)
                        .limit(Math.min(MOST_LISTED, request.hasLimit() ? unsigned(request.getLimit()) : MOST_LISTED))
                        .toList();
        runs.forEach(run -> answer.putRunDict(Long.parseUnsignedLong(run.flowerRun()), shown(run)));
        return answer.build();
    }

    /** The run of Flower's id. */
    RunRecord find(long flowerRun) {
        return rounds.ofFlower(Long.toUnsignedString(flowerRun)).orElseThrow(ControlRefusal::noRun);
    }

    private Run shown(RunRecord run) {
        List<Event> frame = story.frame(run.id());
        Bundle bundle = bundle(run);
        Run.Builder shown = Run.newBuilder()
                .setRunId(Long.parseUnsignedLong(run.flowerRun()))
                .setFabId(bundle.id())
                .setFabVersion(bundle.version())
                .setFabHash(bundle.hash())
                .setFederation(federation)
                .setPrimaryTaskType("flwr-serverapp")
                .setStatus(status(run));
        RunStory.beginning(frame).ifPresent(began -> {
            String at = time(began.time());
            shown.setPendingAt(at).setStartingAt(at).setRunningAt(at);
            shown.setFlwrAid(began.actor()).setAccountName(began.actor());
        });
        if (over(run)) {
            RunStory.end(frame).ifPresent(end -> shown.setFinishedAt(time(end.time())));
        }
        return shown.build();
    }

    /** Whether a run ended; a stopped one can be resumed, which Flower cannot say. */
    static boolean over(RunRecord run) {
        return run.state() instanceof RunState.Stopped || run.state() instanceof RunState.Completed;
    }

    private RunStatus status(RunRecord run) {
        RunStatus.Builder status = RunStatus.newBuilder();
        List<Map<String, Object>> awaited = views.waitingFor(run);
        String who = awaited.stream()
                .limit(5)
                .map(one -> one.get("site") + ", " + RunStory.meaning(String.valueOf(one.get("why"))))
                .collect(Collectors.joining("; "));
        if (run.state() instanceof RunState.Completed) {
            return status.setStatus("finished").setSubStatus("completed").build();
        } else if (run.state() instanceof RunState.Stopped) {
            return status.setStatus("finished").setSubStatus("stopped").build();
        } else if (run.state() instanceof RunState.Stalled) {
            return status.setStatus("pending")
                    .setDetails("stalled in round " + run.round() + ": " + RunStory.meaning("BELOW_QUORUM")
                            + "; waits for an engineer")
                    .build();
        } else if (run.state() instanceof RunState.Paused paused) {
            return status.setStatus("pending")
                    .setDetails("paused by " + paused.by() + "; waits for an engineer")
                    .build();
        }
        boolean nobodyThere = !awaited.isEmpty()
                && awaited.stream().noneMatch(one -> AT_WORK.contains(String.valueOf(one.get("why"))));
        return status.setStatus(nobodyThere ? "pending" : "running")
                .setDetails(awaited.isEmpty() ? "" : "round " + run.round() + " waits for " + who)
                .build();
    }

    private Bundle bundle(RunRecord run) {
        synchronized (bundles) {
            Bundle kept = bundles.get(run.id());
            if (kept == null) {
                AppBundle app = rounds.run(Long.parseUnsignedLong(run.flowerRun()))
                        .orElseThrow(ControlRefusal::noRun)
                        .app();
                kept = new Bundle(
                        app.id(), app.version(), Digest.of(app.bytes()).hex());
                bundles.put(run.id(), kept);
                if (bundles.size() > BUNDLES_KEPT) {
                    bundles.remove(bundles.keySet().iterator().next());
                }
            }
            return kept;
        }
    }

    private static long unsigned(long count) {
        return count < 0 ? Long.MAX_VALUE : count;
    }
}
