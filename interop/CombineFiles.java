import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.coordinator.aggregation.Combine;
import org.osteon.coordinator.aggregation.Strategy;
import org.osteon.coordinator.registry.ObjectStore;
import org.osteon.protocol.document.Aggregation;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.CanonicalJson;

/**
 * The hub's own aggregation over files, without a hub, for {@code strategies.py}. Each argument is a folder with {@code
 * job.json} (members {@code aggregation}, {@code changes}, {@code specs}, {@code weights}, {@code rounds}), {@code
 * base.bin} and {@code update-ROUND-SITE.bin}; written are {@code model-ROUND.bin} and, where a strategy keeps state,
 * {@code m-ROUND.bin} and {@code v-ROUND.bin}. Each round goes on from what the one before left.
 */
class CombineFiles {
    public static void main(String[] folders) throws Exception {
        for (String folder : folders) {
            job(Path.of(folder));
        }
    }

    private static void job(Path folder) throws Exception {
        JsonNode job = CanonicalJson.readTree(Files.readAllBytes(folder.resolve("job.json")));
        Aggregation aggregation = CanonicalJson.bind(job.path("aggregation"), Aggregation.class);
        List<ArraySpec> specs = new ArrayList<>();
        for (JsonNode spec : job.path("specs")) {
            specs.add(CanonicalJson.bind(spec, ArraySpec.class));
        }
        Strategy strategy = new Strategy(aggregation, specs, new ObjectStore(folder.resolve("store")));
        Path model = folder.resolve("base.bin");
        Map<String, Path> state = Map.of();
        for (int round = 1; round <= job.path("rounds").asInt(); round++) {
            List<Combine.Part> parts = new ArrayList<>();
            for (int site = 0; site < job.path("weights").size(); site++) {
                parts.add(new Combine.Part(
                        folder.resolve("update-" + round + "-" + site + ".bin"),
                        job.path("weights").get(site).asLong()));
            }
            Strategy.Outcome outcome =
                    strategy.combine(new Strategy.Before(model, job.path("changes").asBoolean(), state), parts);
            model = move(outcome.arrays(), folder.resolve("model-" + round + ".bin"));
            Map<String, Path> kept = new LinkedHashMap<>();
            for (Map.Entry<String, Combine.Result> one : outcome.state().entrySet()) {
                kept.put(one.getKey(), move(one.getValue(), folder.resolve(one.getKey() + "-" + round + ".bin")));
            }
            state = kept;
        }
    }

    private static Path move(Combine.Result result, Path to) throws Exception {
        return Files.move(result.draft(), to, StandardCopyOption.REPLACE_EXISTING);
    }
}
