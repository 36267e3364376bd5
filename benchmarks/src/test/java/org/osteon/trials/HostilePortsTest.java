package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.v1.EnrolmentGrpc;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.RunRef;
import org.osteon.protocol.v1.ShowRunRequest;
import org.osteon.protocol.v1.SiteGrpc;
import org.osteon.protocol.v1.SiteLinkGrpc;
import org.osteon.trials.hostile.ForgedReply;
import org.osteon.trials.hostile.Mutations;
import org.osteon.trials.hostile.PortTrial;
import org.osteon.trials.hostile.Request;
import org.osteon.trials.hostile.Tally;

/**
 * Ten thousand malformed inputs at the hub's port and ten thousand at a site's: each is answered in order or its
 * connection is closed, the processes stay the same and do not grow, and what is right is done afterwards.
 *
 * <p>All inputs follow from a seed ({@code -Dosteon.hostile.seed}) and their number; {@code -Dosteon.hostile.only=17}
 * sends input 17 alone to both ports.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostilePortsTest {
    private static final long SEED = Long.getLong("osteon.hostile.seed", 20_240_229L);
    private static final int ONLY = Integer.getInteger("osteon.hostile.only", -1);
    private static final int INPUTS = Integer.getInteger("osteon.hostile.inputs", 10_000);
    private static final int SETTLED = INPUTS / 10;
    private static final int WHOLE_REPLIES = INPUTS / 50;
    private static final long MOST_GROWTH = 64L * 1024 * 1024;
    private static final long MOST_LOG = 1024 * 1024;
    private static final int MOST_MORE_FILES = 24;
    private static final String HEAP = "256m";

    private HostileFederation trial;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        trial = new HostileFederation(folder, HEAP);
    }

    @AfterAll
    void close() {
        trial.close();
    }

    @Test
    @Order(1)
    void theHubsPortTakesMalformedInputInItsStride() throws Exception {
        Study forged = trial.publish("forged", "east");
        WholeReplies replies = new WholeReplies(forged);
        HubRequests hub = new HubRequests(trial);
        List<Request> requests = hub.all();
        try (PortTrial port = new PortTrial(
                SEED,
                trial.federation().hubAddress(),
                trial.pin(),
                requests,
                hub.last(),
                Set.of("osteon.v1.Hub/RunConformance", "osteon.v1.Hub/Bundle", "osteon.v1.Hub/ReplayRound"),
                List.of(trial.client("regulator"), trial.east().node()))) {
            assertThat(port.methods())
                    .isEqualTo(methods(
                            FleetGrpc.getServiceDescriptor(),
                            EnrolmentGrpc.getServiceDescriptor(),
                            SiteLinkGrpc.getServiceDescriptor(),
                            HubGrpc.getServiceDescriptor()));
            inputs("hub", port, replies);
        }
        // And: a site without an agent and the hub do a whole round in order.
        assertThat(replies.right()).isEqualTo("completed");
    }

    @Test
    @Order(2)
    void aSitesPortTakesMalformedInputInItsStride() throws Exception {
        SiteRequests site = new SiteRequests(trial);
        List<Request> requests = site.all();
        Settings settings = Settings.read(trial.federation().site(HostileFederation.AGENT));
        try (PortTrial port = new PortTrial(
                SEED + 1,
                settings.text("address"),
                settings.text("tlsPin"),
                requests,
                List.of(),
                Set.of(),
                List.of(trial.client("engineer")))) {
            assertThat(port.methods()).isEqualTo(methods(SiteGrpc.getServiceDescriptor()));
            inputs(HostileFederation.AGENT, port, null);
        } finally {
            trial.federation()
                    .done(
                            "site",
                            "resume",
                            trial.federation().site(HostileFederation.AGENT).toString());
        }
    }

    @Test
    @Order(3)
    void aGovernedRunStillGoesItsWay() throws Exception {
        Study study = trial.publish("afterwards", HostileFederation.AGENT);
        trial.approveAtAgent(study);
        JsonNode end = trial.train(study);
        assertThat(end.path("rounds").path(0).path("counted").path(0).asText()).isEqualTo(HostileFederation.AGENT);
        String hub = trial.federation().hub().toString();
        assertThat(trial.federation()
                        .done("audit", "prove", "0", "--hub", hub)
                        .path("proof")
                        .asText())
                .isNotEmpty();
        assertThat(trial.federation()
                        .run(
                                "site",
                                "journal",
                                trial.federation().site(HostileFederation.AGENT).toString(),
                                "--verify")
                        .exit())
                .isZero();
    }

    private void inputs(String daemon, PortTrial port, @org.jspecify.annotations.Nullable WholeReplies replies)
            throws Exception {
        System.out.println(daemon + ": seed " + SEED);
        if (ONLY >= 0) {
            port.send(ONLY);
            port.send(0, 0);
            System.out.println(
                    port.tally().table() + String.join("\n", port.tally().findings()));
            return;
        }
        Process process = trial.federation().process(daemon);
        long pid = process.pid();
        Path log = trial.federation().folder().resolve(daemon).resolve("logs").resolve("daemon.log");
        long logBefore = Files.size(log);
        long begin = System.nanoTime();
        port.send(0, SETTLED);
        if (replies != null) {
            replies.send(0, WHOLE_REPLIES / 10, port.tally());
        }
        DaemonMemory settled = DaemonMemory.of(pid);
        long files = openFiles(pid);
        port.send(SETTLED, INPUTS);
        if (replies != null) {
            replies.send(WHOLE_REPLIES / 10, WHOLE_REPLIES, port.tally());
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        DaemonMemory end = DaemonMemory.of(pid);
        Tally tally = port.tally();
        System.out.printf(
                "%s: %d inputs in %.0f s, log grew by %d KiB%n%s%n  at input %d: %s, %d open files%n  at the end: %s, %d open files%n  growth %.1f MiB%n",
                daemon,
                tally.inputs(),
                seconds,
                (Files.size(log) - logBefore) / 1024,
                tally.table(),
                SETTLED,
                settled,
                files,
                end,
                openFiles(pid),
                end.growthSince(settled) / 1048576.0);
        tally.findings().forEach(System.out::println);

        // Then: answered in order, at the handlers
        assertThat(tally.findings()).isEmpty();
        assertThat(tally.inputs()).isGreaterThanOrEqualTo(INPUTS);
        assertThat(tally.reached() * 2).isGreaterThanOrEqualTo(tally.inputs());
        for (String method : port.methods()) {
            assertThat(tally.reached(method)).as(method).isGreaterThan(0);
        }
        // And: the same process, not larger
        assertThat(process.isAlive()).isTrue();
        assertThat(end.growthSince(settled)).isLessThan(MOST_GROWTH);
        assertThat(openFiles(pid)).isLessThan(files + MOST_MORE_FILES);
        // And: nothing went wrong in it
        String text = Files.readString(log);
        assertThat(text).doesNotContain("LEAK:").doesNotContain("OutOfMemory");
        assertThat(text.lines().filter(line -> line.contains(" ERROR ") || line.startsWith("\tat ")))
                .isEmpty();
        assertThat(trial.federation().errors(daemon))
                .doesNotContain("OutOfMemory")
                .doesNotContain("Exception");
        assertThat(Files.size(log) - logBefore).isLessThan(MOST_LOG);
    }

    /** Whole replies of a site that the trial plays, in one object of which something is wrong. */
    private final class WholeReplies {
        private final Study study;
        private final WireReplies replies;

        WholeReplies(Study study) throws IOException {
            this.study = study;
            this.replies = new WireReplies(trial.east(), study, trial.east().approve(study, trial.officer("east")));
        }

        void send(int from, int to, Tally tally) {
            for (int i = from; i < to; i++) {
                SplittableRandom random = new SplittableRandom(SEED ^ ~(i * 0x9e3779b97f4a7c15L));
                String run = trial.start(study);
                WireReplies.Asked asked = replies.next();
                byte[] document = SignedDocument.sign(
                                replies.document(asked), trial.east().node())
                        .bytes();
                boolean inDocument = random.nextInt(3) == 0;
                OutgoingMessage right = replies.reply(
                        asked,
                        inDocument
                                ? new Mutations(random)
                                        .document(document, trial.east().node())
                                : document);
                ForgedReply reply = inDocument ? ForgedReply.unchanged(right) : ForgedReply.of(right, random);
                push(i, asked, reply, tally);
                end(i, run, tally);
            }
        }

        private void push(int input, WireReplies.Asked asked, ForgedReply reply, Tally tally) {
            String at = "flwr.proto.Fleet/PushMessages";
            try {
                PushMessagesResponse wanted = trial.east()
                        .fleet()
                        .pushMessages(PushMessagesRequest.newBuilder()
                                .setNode(replies.self())
                                .addMessagesList(reply.message())
                                .addMessageObjectTrees(reply.tree())
                                .build());
                at = "flwr.proto.Fleet/PushObject";
                for (String id : wanted.getObjectsToPushList()) {
                    trial.east()
                            .fleet()
                            .pushObject(PushObjectRequest.newBuilder()
                                    .setNode(replies.self())
                                    .setRunId(asked.message().getMetadata().getRunId())
                                    .setObjectId(id)
                                    .setObjectContent(reply.content(id))
                                    .build());
                }
                tally.answered(input, at, Status.OK);
            } catch (io.grpc.StatusRuntimeException e) {
                tally.answered(input, at, e.getStatus());
            }
        }

        /** Each reply was judged: the run did not stay open for it. */
        private void end(int input, String run, Tally tally) {
            String state = trial.hubAs("engineer")
                    .showRun(ShowRunRequest.newBuilder()
                            .setRun(run)
                            .setUnlessState("running/1/train/0")
                            .setHoldSeconds(20)
                            .build())
                    .getJson();
            if (state.contains("\"stateKey\":\"running/1/train/0\"")) {
                tally.finding(input, "a whole reply was not judged");
                trial.hubAs("engineer").stopRun(RunRef.newBuilder().setRun(run).build());
            }
        }

        /** The state of a run to which the reply is right. */
        String right() {
            String run = trial.start(study);
            WireReplies.Asked asked = replies.next();
            Tally tally = new Tally();
            push(0, asked, ForgedReply.unchanged(replies.reply(asked)), tally);
            assertThat(tally.findings()).isEmpty();
            return trial.federation().follow(run).path("state").asText();
        }
    }

    private static Set<String> methods(ServiceDescriptor... services) {
        Set<String> methods = new TreeSet<>();
        for (ServiceDescriptor service : services) {
            service.getMethods().forEach(method -> methods.add(method.getFullMethodName()));
        }
        return methods;
    }

    private static long openFiles(long pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.count();
        }
    }
}
