package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.privacy.accounting.RdpCurve;
import org.osteon.privacy.accounting.SubsampledGaussian;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.trials.DurableSteps.Kind;

/**
 * Hub and agent, real processes with real noise, are killed by SIGKILL before and after their durable steps, over and
 * over in one run of many rounds. After each kill the dead one is started again, the round ends, and everything is held
 * against the driver's own record of the wire.
 *
 * <p>A trial spans what makes a round: from the second site's reply, which closes a round, to the agent's acknowledged
 * reply in the next one, with receipts, logs and cosignatures. The steps of one such span are recorded first, and their
 * numbers within their kind name them afterwards; threads may swap a few.
 *
 * <p>Each kind of each daemon is hit before and after, and twenty steps of any kind at random. With
 * {@code -Dosteon.crash=all} there is also a kill before every recorded step. Such a kill comes after the step that
 * ended last as well, with nothing durable in between, so that together they leave out no gap between two steps. A
 * commit is two steps: the first write of its frames, before which it has not happened, and the sync of the log, after
 * which it has. "Before a commit" is before its frames; before the sync alone is a torn or unsynced transaction, hit by
 * the kinds and at random.
 *
 * <p>At the end the agent is killed between a reservation and its release and the instruction is withdrawn, so that one
 * charge stays without a release.
 */
class CrashTest {
    private static final String AGENT = "north";
    private static final String STEADY = "south";
    private static final String HUB = "hub";
    private static final int AT_RANDOM = 20;
    private static final int CUT_OFF_TRIES = 8;
    private static final int ROUNDS = 2000;
    private static final double SAMPLING_RATE = 0.01;
    private static final double SIGMA = 5;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(180);
    private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(700);
    private static final long ASK_HUB = TimeUnit.SECONDS.toNanos(3);

    @TempDir
    Path folder;

    private final OwnRecord record = new OwnRecord();
    private final RoundJudge judge = new RoundJudge();
    private final Map<String, DurableSteps> steps = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Integer> hits = new TreeMap<>();
    private final ExecutorService southThread = Executors.newSingleThreadExecutor();
    private int trials;
    private int failures;
    private int withoutRelease;
    private Future<SteadySite.Question> next;
    private Federation federation;
    private WireTap tap;
    private SteadySite south;
    private SteadySite.Question open;
    private Study study;
    private String run;
    private long agentNode;

    /** A kill to try: of which daemon, at which step of the kind (of any kind when it is null), before or after. */
    private record Plan(String daemon, Kind kind, long number, boolean after) {
        @Override
        public String toString() {
            return daemon + " " + (after ? "after " : "before ") + (kind == null ? "step " : kind.label() + " ")
                    + number;
        }
    }

    @Test
    void killsLoseNothingCountNothingTwiceAndChargeOnce() throws Exception {
        Path library = DurableSteps.library(folder);
        long begin = System.nanoTime();
        try {
            found(library);
            Map<String, Map<Kind, Long>> recorded = recordedRound();
            long seed = Long.getLong("osteon.crash.seed", System.nanoTime() & 0xffff_ffffL);
            boolean all = "all".equals(System.getProperty("osteon.crash"));
            List<Plan> plans = plans(recorded, all, new Random(seed));
            System.out.printf(
                    Locale.ROOT,
                    "crash trials: steps of a round %s; %d kills planned, seed %d%n",
                    recorded,
                    plans.size(),
                    seed);
            try {
                for (Plan plan : plans) {
                    // A round may make fewer steps than the recorded one.
                    for (Plan one = plan; !trial(one) && one.number() > 1; ) {
                        one = new Plan(one.daemon(), one.kind(), one.number() * 3 / 4, one.after());
                    }
                }
                cutOff();
            } catch (AssertionError e) {
                trials++;
                failures++;
                throw e;
            } finally {
                report(begin);
            }
            assertThat(trials).isGreaterThanOrEqualTo(plans.size());
            assertThat(faults).isEmpty();
            for (String daemon : steps.keySet()) {
                for (Kind kind : Kind.values()) {
                    for (String when : List.of("before", "after")) {
                        assertThat(hits)
                                .as("a kill of " + daemon + " " + when + " " + kind.label())
                                .containsKey(key(daemon, kind, when));
                    }
                }
            }
            assertThat(federation
                            .run("site", "journal", federation.site(AGENT).toString(), "--verify")
                            .exit())
                    .isZero();
        } finally {
            southThread.shutdownNow();
            if (tap != null) {
                tap.close();
            }
            if (federation != null) {
                federation.close();
            }
        }
    }

    private void found(Path library) throws Exception {
        federation = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub();
        String hub = federation.hub().toString();
        federation.enrol(AGENT, "--epsilon-ceiling", "1", "--epsilon-total", "1", "--delta-ceiling", "1e-5");
        federation.enrol(STEADY);
        federation.end(HUB);
        for (String daemon : List.of(HUB, AGENT)) {
            steps.put(daemon, new DurableSteps(library, folder.resolve("steps-" + daemon)));
        }
        tap = new WireTap(federation.hubAddress(), federation.hub(), record);
        for (String site : List.of(AGENT, STEADY)) {
            Path settings = federation.site(site).resolve("osteon.toml");
            String text = Files.readString(settings);
            assertThat(text).contains(federation.hubAddress());
            Files.writeString(settings, text.replace(federation.hubAddress(), tap.address()));
        }
        restart(HUB);
        restart(AGENT);
        federation.map(AGENT, Path.of("..", "sample-data", "hospital-c", "export.csv"));
        Path file = TrialStudy.write(
                folder.resolve("study.json"),
                "crash-trials",
                List.of(AGENT, STEADY),
                tree -> TrialStudy.part(tree, "plan")
                        .put("rounds", ROUNDS)
                        .put("steps", 1)
                        .put("samplingRate", SAMPLING_RATE)
                        .put("noiseMultiplier", SIGMA));
        study = Study.read(Files.readAllBytes(file));
        federation.done("study", "publish", file.toString(), "--hub", hub);
        String digest = study.digest().hex();
        await(
                "the study at the site",
                () -> federation
                                .run("officer", "review", federation.site(AGENT).toString(), digest)
                                .exit()
                        == 0);
        Federation.Answer approved =
                federation.approve(AGENT, digest, study.privacy().epsilon(), ROUNDS);
        assertThat(approved.exit()).as(approved.error()).isZero();
        WireSite wire = new WireSite(federation.site(STEADY));
        Digest capsule = wire.approve(
                study,
                KeyFile.readEncrypted(
                        federation.officerKey(STEADY),
                        Files.readString(federation.passphrase()).strip().toCharArray()));
        south = new SteadySite(wire, study, capsule, folder.resolve("south-files"));
        wire.activate();
        String[] started = {""};
        await("both approvals at the hub", () -> {
            Federation.Answer answer = federation.run("run", "start", digest, "--hub", hub);
            started[0] = answer.json().path("run").asText();
            return answer.exit() == 0;
        });
        run = started[0];
        open = south.pull();
        await("the agent's first reply", () -> record.acknowledged(AGENT, 1));
        agentNode = record.nodes().stream()
                .filter(node -> node != open.message().getMetadata().getDstNodeId())
                .findFirst()
                .orElseThrow();
    }

    /** How many steps of each kind each daemon makes from one closed round to the next open one. */
    private Map<String, Map<Kind, Long>> recordedRound() throws Exception {
        steps.values().forEach(DurableSteps::record);
        round("", this::restart);
        Map<String, Map<Kind, Long>> recorded = new LinkedHashMap<>();
        steps.forEach((daemon, one) -> {
            one.rest();
            Map<Kind, Long> counts = new EnumMap<>(Kind.class);
            one.steps().forEach(step -> counts.merge(step.kind(), 1L, Long::sum));
            recorded.put(daemon, counts);
        });
        return recorded;
    }

    private static List<Plan> plans(Map<String, Map<Kind, Long>> recorded, boolean all, Random random) {
        List<Plan> plans = new ArrayList<>();
        recorded.forEach((daemon, counts) -> counts.forEach((kind, count) -> {
            plans.add(new Plan(daemon, kind, 1 + random.nextLong(count), false));
            plans.add(new Plan(daemon, kind, 1 + random.nextLong(count), true));
            for (long number = 1; all && kind != Kind.COMMIT && number <= count; number++) {
                plans.add(new Plan(daemon, kind, number, false));
            }
        }));
        List<String> daemons = List.copyOf(recorded.keySet());
        for (int i = 0; i < AT_RANDOM; i++) {
            String daemon = daemons.get(random.nextInt(daemons.size()));
            long most = Objects.requireNonNull(recorded.get(daemon)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            plans.add(new Plan(daemon, null, 1 + random.nextLong(most), random.nextBoolean()));
        }
        Collections.shuffle(plans, random);
        return plans;
    }

    /** One kill; false when the round was over before the step came. */
    private boolean trial(Plan plan) throws Exception {
        long begin = System.nanoTime();
        DurableSteps armed = Objects.requireNonNull(steps.get(plan.daemon()));
        if (plan.kind() == null) {
            armed.killAt(plan.number(), plan.after());
        } else {
            armed.killAt(plan.kind(), plan.number(), plan.after());
        }
        int before = faults.size();
        round(plan.daemon(), this::restart);
        armed.rest();
        Optional<DurableSteps.Death> death = armed.death();
        death.ifPresent(kill -> {
            trials++;
            failures += faults.size() > before ? 1 : 0;
            count(plan.daemon(), kill.step().kind(), kill.after() ? "after" : "before");
            kill.previous().filter(step -> !kill.after()).ifPresent(step -> count(plan.daemon(), step.kind(), "after"));
        });
        System.out.printf(
                Locale.ROOT,
                "crash trials: %s: %s, %.1f s%n",
                plan,
                death.map(kill -> kill.step().kind().label() + " of "
                                + what(kill.step().path()))
                        .orElse("not reached"),
                (System.nanoTime() - begin) / 1e9);
        if (faults.size() > before) {
            System.out.println("crash trials: " + faults.subList(before, faults.size()));
        }
        return death.isPresent();
    }

    /** Kills the agent when it has drawn noise and not committed it, and withdraws the instruction meanwhile. */
    private void cutOff() throws Exception {
        DurableSteps armed = Objects.requireNonNull(steps.get(AGENT));
        for (int i = 0; i < CUT_OFF_TRIES && withoutRelease == 0; i++) {
            armed.killBefore(Kind.RENAME, "/outbox/");
            round(AGENT, daemon -> {
                boolean drawn = armed.death()
                        .filter(kill -> kill.step().path().contains("/outbox/"))
                        .isPresent();
                if (drawn) {
                    next.get();
                    String hub = federation.hub().toString();
                    federation.done("run", "stop", run, "--hub", hub);
                    federation.done("run", "resume", run, "--hub", hub);
                    next = southThread.submit(south::pull);
                    withoutRelease++;
                }
                restart(daemon);
            });
            armed.rest();
        }
        assertThat(withoutRelease).as("reservations that were cut off for good").isEqualTo(1);
    }

    private void count(String daemon, Kind kind, String when) {
        hits.merge(key(daemon, kind, when), 1, Integer::sum);
    }

    /** What is done with a daemon that died. */
    private interface AfterDeath {
        void of(String daemon) throws Exception;
    }

    /** The second site answers; the round closes, the next opens, the agent answers; one may die on the way. */
    private void round(String mayDie, AfterDeath afterDeath) throws Exception {
        SteadySite.Question answered = open;
        OutgoingMessage answer = south.answer(answered);
        next = southThread.submit(() -> {
            south.push(answer);
            return south.pull();
        });
        int round = answered.round() + 1;
        boolean died = false;
        boolean resting = false;
        long asked = System.nanoTime();
        long until = System.nanoTime() + LIMIT;
        long count = -1;
        long since = 0;
        while (true) {
            if (!mayDie.isEmpty() && !federation.process(mayDie).isAlive()) {
                Objects.requireNonNull(steps.get(mayDie)).rest();
                afterDeath.of(mayDie);
                died = true;
            }
            boolean done = next.isDone() && record.acknowledged(AGENT, round);
            if (next.isDone() && !done && died && System.nanoTime() - asked > ASK_HUB) {
                // The acknowledgement itself may have been cut off; then the hub knows.
                asked = System.nanoTime();
                done = !waitingFor(AGENT);
            }
            long now = steps.values().stream().mapToLong(DurableSteps::count).sum();
            if (now != count) {
                count = now;
                since = System.nanoTime();
            }
            if (done && (died || System.nanoTime() - since > QUIET)) {
                if (resting) {
                    break;
                }
                // One look more: a step that had begun may still be the last.
                steps.values().forEach(DurableSteps::rest);
                resting = true;
            }
            if (System.nanoTime() > until) {
                throw new AssertionError("round " + round + " does not come to its end: "
                        + federation
                                .run(
                                        "run",
                                        "show",
                                        run,
                                        "--hub",
                                        federation.hub().toString())
                                .json()
                        + federation.troubles());
            }
            Thread.sleep(20);
        }
        open = next.get();
        check(answered);
    }

    private boolean waitingFor(String site) {
        JsonNode view = federation
                .run("run", "show", run, "--hub", federation.hub().toString())
                .json();
        for (JsonNode one : view.path("waitingFor")) {
            if (site.equals(one.path("site").asText())) {
                return true;
            }
        }
        return view.path("state").asText().isEmpty();
    }

    private void check(SteadySite.Question closed) {
        assertThat(open.round()).isEqualTo(closed.round() + 1);
        List<OwnRecord.Update> seen = record.updates();
        JsonNode model = federation.done(
                "model",
                "show",
                open.instruction().document().model().hex(),
                "--hub",
                federation.hub().toString());
        List<RoundJudge.Input> inputs = new ArrayList<>();
        model.path("inputs")
                .forEach(input -> inputs.add(new RoundJudge.Input(
                        input.path("site").asText(),
                        input.path("reply").asText(),
                        input.path("update").asText())));
        Set<String> rejected = new HashSet<>();
        model.path("rejected").forEach(one -> rejected.add(one.path("site").asText()));
        faults.addAll(judge.judge(
                new RoundJudge.Model(
                        model.path("round").asInt(),
                        closed.base(),
                        model.path("arrays").asText(),
                        inputs,
                        rejected),
                seen));
        if (!Digest.of(open.base()).hex().equals(model.path("arrays").asText())) {
            faults.add("OTHER_ARRAYS: the hub hands out another model than it shows");
        }
        if (inputs.size() != 2) {
            faults.add("NOT_COUNTED: " + model);
        }
        faults.addAll(record.takeFaults());
        ledger(seen);
    }

    private void ledger(List<OwnRecord.Update> seen) {
        long sent = RoundJudge.distinct(seen, AGENT);
        JsonNode set = federation
                .done("data", "budget", federation.site(AGENT).toString())
                .path("sets")
                .path(0);
        RdpCurve one = SubsampledGaussian.step(SAMPLING_RATE, SIGMA);
        faults.addAll(RoundJudge.judge(
                new RoundJudge.Spend(
                        set.path("releases").asLong(),
                        set.path("reservedWithoutRelease").asLong(),
                        set.path("epsilon").asDouble()),
                sent,
                record.asked(agentNode),
                withoutRelease,
                charges -> one.times(charges).epsilon(set.path("delta").asDouble())));
        List<String> left = new ArrayList<>();
        federation
                .done("site", "journal", federation.site(AGENT).toString())
                .path("entries")
                .forEach(entry -> {
                    if ("update".equals(entry.path("type").asText())) {
                        left.add(entry.path("digest").asText());
                    }
                });
        Set<String> wire = new HashSet<>();
        seen.stream().filter(update -> update.site().equals(AGENT)).forEach(update -> wire.add(update.update()));
        if (left.size() != wire.size() || !wire.equals(new HashSet<>(left))) {
            faults.add("JOURNAL: " + left.size() + " updates are in the journal, " + wire.size() + " were sent");
        }
    }

    private void restart(String daemon) throws IOException {
        Map<String, String> environment =
                Objects.requireNonNull(steps.get(daemon)).environment();
        if (HUB.equals(daemon)) {
            federation.startHub(List.of(), environment);
            tap.hubIsBack();
        } else {
            federation.startSite(daemon, environment);
        }
    }

    private void report(long begin) {
        System.out.println("crash trials: kills by daemon, kind of step and moment");
        hits.forEach((key, count) -> System.out.printf(Locale.ROOT, "crash trials: %-24s %d%n", key, count));
        System.out.printf(
                Locale.ROOT,
                "crash trials: %d kills, %d failures; upper 95 %% bound of the failure rate %.4f; %.0f s%n",
                trials,
                failures,
                trials == 0 ? 1 : FailureRate.upper95(failures, trials),
                (System.nanoTime() - begin) / 1e9);
    }

    private static String key(String daemon, Kind kind, String when) {
        return daemon + " " + kind.label() + " " + when;
    }

    /** What kind of file a path is. */
    private static String what(String path) {
        return path.replaceAll(".*/federation/", "").replaceAll("[0-9a-f]{64}", "<digest>");
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + LIMIT;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("does not come: " + what);
            }
            Thread.sleep(100);
        }
    }
}
