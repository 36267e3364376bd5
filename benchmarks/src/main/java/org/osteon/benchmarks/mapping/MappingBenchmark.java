package org.osteon.benchmarks.mapping;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.osteon.adapters.mapping.Profile;
import org.osteon.adapters.snapshot.DataMapping;
import org.osteon.adapters.snapshot.MappingKeys;
import org.osteon.adapters.snapshot.MappingProgress;
import org.osteon.adapters.snapshot.MappingResult;
import org.osteon.benchmarks.measure.Benchmark;
import org.osteon.benchmarks.measure.Contest;
import org.osteon.benchmarks.measure.Folders;
import org.osteon.benchmarks.measure.Meter;
import org.osteon.benchmarks.measure.Setting;
import org.osteon.benchmarks.measure.Side;
import org.osteon.protocol.sign.SigningKey;

/**
 * {@code osteon data map} with the built-in profile, from files to a synced, signed snapshot, against the least that
 * any reader of the same bytes must do: parse each line's JSON, or decode and split each row.
 */
public final class MappingBenchmark implements Benchmark {
    private static final int OBSERVATIONS = 100_000;
    private static final int ROWS = 100_000;
    private static final double MOSTLY = 0.9;

    private final Profile profile = Profile.builtIn();
    private final MappingKeys keys = new MappingKeys(new byte[32], SigningKey.ed25519());
    private final ObjectMapper json = new ObjectMapper();

    @Override
    public String name() {
        return "mapping";
    }

    @Override
    public void run(Setting setting, Path work, Meter meter) throws Exception {
        SampleInput samples = new SampleInput(setting.repository());
        observations(samples, setting.size(OBSERVATIONS), work, meter);
        hospital(samples, work, meter);
        export(samples, setting.size(ROWS), work, meter);
    }

    private void observations(SampleInput samples, int count, Path work, Meter meter) throws Exception {
        Path file = work.resolve("Observation.ndjson");
        samples.observations(file, count);
        meter.measure(new Contest(
                "FHIR NDJSON, one view, every line a row",
                "rows",
                count,
                Side.of("parse each line's JSON", () -> parse(Files.newInputStream(file))),
                List.of(
                        Side.of("data map to Parquet", () -> map(file, work, count, MOSTLY)),
                        Side.of("read lines", () -> lines(Files.newInputStream(file), StandardCharsets.ISO_8859_1)))));
    }

    private void hospital(SampleInput samples, Path work, Meter meter) throws Exception {
        List<Path> files = samples.hospitalFiles();
        long resources = 0;
        for (Path file : files) {
            resources += (long) lines(unzip(file), StandardCharsets.ISO_8859_1);
        }
        long count = resources;
        meter.measure(new Contest(
                "A hospital's FHIR export, 20 types, gzip",
                "resources",
                count,
                Side.of("unzip and parse each line's JSON", () -> {
                    double all = 0;
                    for (Path file : files) {
                        all += parse(unzip(file));
                    }
                    return all;
                }),
                List.of(
                        Side.of("data map to Parquet", () -> map(samples.hospital(), work, count, 0)),
                        Side.of("unzip and read lines", () -> {
                            double all = 0;
                            for (Path file : files) {
                                all += lines(unzip(file), StandardCharsets.ISO_8859_1);
                            }
                            return all;
                        }))));
    }

    private void export(SampleInput samples, int count, Path work, Meter meter) throws Exception {
        Path file = work.resolve("export.csv");
        samples.export(file, count);
        meter.measure(new Contest(
                "CSV in GB18030, 20 columns, 14 mapped",
                "rows",
                count,
                Side.of("decode and split each row", () -> split(file)),
                List.of(
                        Side.of("data map to Parquet", () -> map(file, work, count, MOSTLY)),
                        Side.of("read lines", () -> lines(Files.newInputStream(file), StandardCharsets.ISO_8859_1)))));
    }

    /** Maps to a new folder and removes it; all units must be read, and that share of them become rows. */
    private double map(Path input, Path work, long units, double share) throws IOException {
        Path out = work.resolve("snapshot-" + Long.toHexString(new SecureRandom().nextLong()));
        MappingResult result = DataMapping.map(input, out, profile, keys, MappingProgress.NONE);
        Folders.remove(out);
        if (result.read() != units || result.mapped() < share * units) {
            throw new IllegalStateException("of " + units + " units " + result.read() + " were read and "
                    + result.mapped() + " mapped: " + result.reasons());
        }
        return result.mapped();
    }

    private double parse(InputStream in) throws IOException {
        double fields = 0;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                fields += json.readTree(line).size();
            }
        }
        return fields;
    }

    private static double lines(InputStream in, Charset charset) throws IOException {
        double lines = 0;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, charset))) {
            while (reader.readLine() != null) {
                lines++;
            }
        }
        return lines;
    }

    private static double split(Path file) throws IOException {
        List<String> last = new ArrayList<>();
        double fields = 0;
        try (BufferedReader reader = Files.newBufferedReader(file, SampleInput.EXPORT)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                last = List.of(line.split(",", -1));
                fields += last.size();
            }
        }
        return fields + last.hashCode() % 2;
    }

    private static InputStream unzip(Path file) throws IOException {
        return new GZIPInputStream(Files.newInputStream(file), 1 << 16);
    }
}
