package org.osteon.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.Study;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.FleetGrpc;
import org.osteon.protocol.flower.wire.Node;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.sign.KeyFile;

/** Before the hub acknowledges an update, its files, their folders and the database's log are on disk. */
class SyncOrderTest {
    private static final String SITE = "south";
    private static final String CALLS =
            "fsync,fdatasync,rename,renameat,renameat2,write,pwrite64,writev,pwritev,sendto,sendmsg";

    @TempDir
    Path folder;

    private int port;

    @Test
    void theAcknowledgementOfAnUpdateFollowsTheSyncsOfAllItStandsFor() throws Exception {
        Path trace = folder.resolve("trace");
        List<String> tracing = SystemCalls.tracing(trace, CALLS);
        try (Federation federation = new Federation(Files.createDirectory(folder.resolve("federation"))).withHub()) {
            // Given: a site that holds an update which the traced hub has asked for
            federation.enrol(SITE);
            federation.end("hub");
            federation.startHub(tracing, Map.of());
            Path file = TrialStudy.write(
                    folder.resolve("study.json"),
                    "sync-order",
                    List.of(SITE),
                    tree -> TrialStudy.part(tree, "plan").put("rounds", 1));
            Study study = Study.read(Files.readAllBytes(file));
            String hub = federation.hub().toString();
            federation.done("study", "publish", file.toString(), "--hub", hub);
            WireSite wire = new WireSite(federation.site(SITE));
            Digest capsule = wire.approve(
                    study,
                    KeyFile.readEncrypted(
                            federation.officerKey(SITE),
                            Files.readString(federation.passphrase()).strip().toCharArray()));
            wire.activate();
            federation.done("run", "start", study.digest().hex(), "--hub", hub);
            SteadySite site = new SteadySite(wire, study, capsule, folder.resolve("files"));
            SteadySite.Question question = site.pull();
            OutgoingMessage answer = site.answer(question);
            Node self = site.node();
            FleetGrpc.FleetBlockingStub fleet = FleetGrpc.newBlockingStub(
                            ClientInterceptors.intercept(wire.asNode(wire.connectQuietly()), new PortSeen()))
                    .withDeadlineAfter(60, TimeUnit.SECONDS);
            List<String> wanted = new ArrayList<>(answer.ids());
            wanted.retainAll(fleet.pushMessages(PushMessagesRequest.newBuilder()
                            .setNode(self)
                            .addMessagesList(answer.message())
                            .addMessageObjectTrees(answer.tree())
                            .build())
                    .getObjectsToPushList());
            assertThat(wanted).containsAll(answer.ids());

            // When: it hands in all objects, one after the other, over one connection
            double sent = 0;
            for (String id : wanted) {
                sent = now();
                assertThat(fleet.pushObject(PushObjectRequest.newBuilder()
                                        .setNode(self)
                                        .setRunId(
                                                question.message().getMetadata().getRunId())
                                        .setObjectId(id)
                                        .setObjectContent(ByteString.copyFrom(Objects.requireNonNull(answer.object(id))
                                                .encoded()))
                                        .build())
                                .getStored())
                        .isTrue();
            }
            double returned = now();
            assertThat(federation.follow(run(federation, hub)).path("state").asText())
                    .isEqualTo("completed");
            federation.end("hub");

            // Then
            Expectation expectation =
                    new Expectation(federation.hub().toRealPath(), port, sent, returned, reply(answer));
            List<SystemCalls.Call> calls = SystemCalls.read(Files.readAllLines(trace));
            assertThat(expectation.faults(calls)).isEmpty();
            List<String> needed = new ArrayList<>();
            for (String path : synced(calls)) {
                List<SystemCalls.Call> without = new ArrayList<>();
                List<SystemCalls.Call> late = new ArrayList<>();
                for (SystemCalls.Call call : calls) {
                    if (sync(call) && call.on(path)) {
                        late.add(new SystemCalls.Call(
                                call.name(), call.arguments(), call.begin(), returned + 1, call.result()));
                    } else {
                        without.add(call);
                        late.add(call);
                    }
                }
                if (!expectation.faults(without).isEmpty()) {
                    needed.add(path);
                    assertThat(expectation.faults(late)).as("late: " + path).isNotEmpty();
                }
            }
            assertThat(needed)
                    .as("the update's file and its folder, the log")
                    .hasSize(3)
                    .contains(
                            federation.hub().toRealPath().resolve("hub.db-wal").toString());
            System.out.printf(
                    "sync order: the syncs of %d files and folders ended before the acknowledgement on port %d;"
                            + " the judge objects to each one missing or late%n",
                    needed.size(), port);
        }
    }

    private static boolean sync(SystemCalls.Call call) {
        return call.name().equals("fsync") || call.name().equals("fdatasync");
    }

    /** What was synced at all. */
    private static Set<String> synced(List<SystemCalls.Call> calls) {
        Set<String> paths = new TreeSet<>();
        calls.stream()
                .filter(SyncOrderTest::sync)
                .forEach(call -> paths.add(call.arguments().replaceAll("^\\d+<(.*)>$", "$1")));
        return paths;
    }

    private static String run(Federation federation, String hub) {
        return federation
                .done("run", "list", "--hub", hub)
                .path("runs")
                .path(0)
                .path("run")
                .asText();
    }

    private static SignedDocument<Reply> reply(OutgoingMessage answer) {
        IncomingMessage read = IncomingMessage.read(
                answer.id(),
                id -> FlowerObject.decode(
                        Objects.requireNonNull(answer.object(id)).encoded()));
        return SignedDocument.read(read.configBytes(Reply.RECORD, Reply.RECORD).orElseThrow(), Reply.class);
    }

    private static double now() {
        Instant now = Instant.now();
        return now.getEpochSecond() + now.getNano() / 1e9;
    }

    /** What the trace must show. */
    private record Expectation(Path hub, int port, double sent, double returned, SignedDocument<Reply> reply) {
        List<String> faults(List<SystemCalls.Call> calls) {
            SyncOrder order = new SyncOrder(calls, port, sent, returned);
            List<String> faults = new ArrayList<>();
            String update = reply.document().update().hex();
            faults.addAll(order.file(
                    hub.resolve("objects")
                            .resolve("sha256")
                            .resolve(update.substring(0, 2))
                            .toString(),
                    update));
            faults.addAll(order.row(
                    hub.resolve("hub.db-wal").toString(), reply.digest().hex()));
            return faults;
        }
    }

    /** Notes the port of the connection that calls go over. */
    private final class PortSeen implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                    super.start(
                            new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {
                                @Override
                                public void onHeaders(Metadata answered) {
                                    port = ((InetSocketAddress) Objects.requireNonNull(
                                                    getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)))
                                            .getPort();
                                    super.onHeaders(answered);
                                }
                            },
                            headers);
                }
            };
        }
    }
}
