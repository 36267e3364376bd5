package org.osteon.cli.hub;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.NumpyFormat;
import org.osteon.protocol.flower.NumpyPayload;
import org.osteon.protocol.v1.HubGrpc;
import org.osteon.protocol.v1.NamedArray;
import org.osteon.protocol.v1.UngovernedRunRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Verbs for runs over unmodified Flower SuperNodes. */
final class FlowerVerbs {
    private static final int MAX_ARRAY = 60 * 1024 * 1024;

    private FlowerVerbs() {}

    @Command(
            name = "start-flower",
            mixinStandardHelpOptions = true,
            description = {
                "Start an ungoverned run over registered Flower SuperNodes: no approval, no budget, no privacy.",
                "Its models are marked and can never be released; the hub must have been made with --allow-ungoverned."
            },
            footer = {
                "",
                "Example:  osteon run start-flower --fab app.fab --arrays initial.npz --rounds 3 --nodes 2 --hub hub",
                "          osteon run start-flower --fab app.fab --arrays initial.npz --rounds 9 --nodes 5 --hub hub \\",
                "            --strategy krum --strategy-option byzantine=1"
            })
    static final class Start extends HubVerb {
        @Option(
                names = "--fab",
                required = true,
                paramLabel = "F",
                description = "the app bundle that flwr build wrote; SuperNodes run its code")
        private Path fab = Path.of("");

        @Option(
                names = "--arrays",
                required = true,
                paramLabel = "F.npz",
                description = "the initial arrays, float32 or float64, by name, in the model's order")
        private Path arrays = Path.of("");

        @Option(names = "--rounds", required = true, paramLabel = "N", description = "rounds")
        private int rounds;

        @Option(
                names = "--nodes",
                required = true,
                paramLabel = "N",
                description = "SuperNodes that take part; all must answer")
        private int nodes;

        @Option(
                names = "--strategy",
                defaultValue = "fedavg",
                paramLabel = "NAME",
                description =
                        "how the hub combines the nodes' models: fedavg (the default), fedprox, fedsgd, fedavgm,"
                                + " fedadagrad, fedadam, fedyogi, fedmedian, fedtrimmedavg, krum, multikrum or geometric-median")
        private String strategy = "fedavg";

        @Option(
                names = "--strategy-option",
                paramLabel = "KEY=VALUE",
                description =
                        "a constant of the strategy, such as serverLearningRate=0.1 or byzantine=1; may be repeated")
        private Map<String, String> options = new LinkedHashMap<>();

        @Option(
                names = "--message-type",
                defaultValue = "train",
                paramLabel = "TYPE",
                description =
                        "what each round asks: train (the default), evaluate or query, alone or with an action such as"
                                + " train.calibrate; the hub keeps the metrics that evaluate and query answer, and makes no model")
        private String messageType = "train";

        @Override
        protected ExitCode call(HubGrpc.HubBlockingStub hub) throws IOException {
            if (rounds < 1 || nodes < 1) {
                throw CliException.wrongCall("error.flower.counts");
            }
            UngovernedRunRequest request = UngovernedRunRequest.newBuilder()
                    .setRounds(rounds)
                    .setNodes(nodes)
                    .addAllArrays(read(arrays))
                    .setFab(ByteString.copyFrom(Files.readAllBytes(fab)))
                    .setStrategy(strategy)
                    .putAllStrategyOptions(options)
                    .setMessageType(messageType)
                    .build();
            output().answerJson(hub.startUngovernedRun(request).getJson());
            return ExitCode.DONE;
        }
    }

    private static List<NamedArray> read(Path npz) throws IOException {
        List<NamedArray> list = new ArrayList<>();
        try (InputStream file = Files.newInputStream(npz);
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] npy = zip.readNBytes(MAX_ARRAY + 1);
                if (npy.length > MAX_ARRAY || !entry.getName().endsWith(".npy")) {
                    throw CliException.wrongCall("error.npz.entry", entry.getName(), npz, Integer.toString(MAX_ARRAY));
                }
                list.add(array(entry.getName().substring(0, entry.getName().length() - 4), npy));
            }
        } catch (ZipException | FlowerException e) {
            throw CliException.wrongCall("error.npz.unread", npz, String.valueOf(e.getMessage()));
        }
        if (list.isEmpty()) {
            throw CliException.wrongCall("error.npz.empty", npz);
        }
        return list;
    }

    private static NamedArray array(String name, byte[] npy) {
        NumpyFormat.Header header = NumpyFormat.header(npy);
        ByteBuffer payload = ByteBuffer.wrap(Arrays.copyOfRange(npy, header.payloadOffset(), npy.length));
        return NamedArray.newBuilder()
                .setName(name)
                .setDtype(header.dtype())
                .addAllShape(header.shape())
                .setData(ByteString.copyFrom(NumpyPayload.canonical(header, payload)))
                .build();
    }
}
