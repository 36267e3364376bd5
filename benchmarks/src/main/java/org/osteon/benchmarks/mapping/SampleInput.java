package org.osteon.benchmarks.mapping;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Larger inputs out of the sample data: its lines again and again, each time with other identifiers. */
final class SampleInput {
    /** The character set of the sample exports. */
    static final Charset EXPORT = Charset.forName("GB18030");

    private static final List<String> HOSPITALS = List.of("hospital-a", "hospital-b", "hospital-c");
    private static final int EXPORT_COLUMNS = 20;

    /** Codes that the built-in profile's observation view keeps. */
    private static final Pattern KEPT = Pattern.compile("\"code\":\\{\"coding\":\\[\\{\"system\":\"http://loinc.org\","
            + "\"code\":\"(29463-7|8302-2|39156-5|72166-2|72514-3|49765-1|38483-4)\"");

    private static final Pattern IDENTIFIERS = Pattern.compile("(\"id\":\"|\"reference\":\"Patient/)([0-9a-f]{4})");

    private final Path folder;

    SampleInput(Path repository) {
        this.folder = repository.resolve("sample-data");
    }

    /** A folder with all resources of one hospital as they lie in the sample data, compressed. */
    Path hospital() {
        return folder.resolve(HOSPITALS.get(0)).resolve("fhir");
    }

    /** Writes observations that each give a row of the built-in profile; returns the lines. */
    List<byte[]> observations(Path file, int count) throws IOException {
        List<String> samples = new ArrayList<>();
        for (String hospital : HOSPITALS) {
            samples.addAll(lines(folder.resolve(hospital).resolve("fhir").resolve("Observation.ndjson.gz")));
        }
        samples.removeIf(line -> !KEPT.matcher(line).find());
        List<byte[]> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String copy = "%04x".formatted(i / samples.size());
            Matcher identifiers = IDENTIFIERS.matcher(samples.get(i % samples.size()));
            made.add(identifiers.replaceAll("$1" + copy).getBytes(StandardCharsets.UTF_8));
        }
        write(file, made);
        return made;
    }

    /** Writes an export in GB18030; returns the lines, the header first. */
    List<byte[]> export(Path file, int count) throws IOException {
        List<String> samples = new ArrayList<>();
        for (String hospital : HOSPITALS) {
            List<String> lines =
                    List.of(Files.readString(folder.resolve(hospital).resolve("export.csv"), EXPORT)
                            .split("\r?\n"));
            samples.addAll(samples.isEmpty() ? lines : lines.subList(1, lines.size()));
        }
        List<byte[]> made = new ArrayList<>();
        made.add(samples.remove(0).getBytes(EXPORT));
        samples.removeIf(line -> line.contains("\"") || line.split(",", -1).length != EXPORT_COLUMNS);
        for (int i = 0; i < count; i++) {
            String sample = samples.get(i % samples.size());
            made.add(("N" + i + sample.substring(sample.indexOf(','))).getBytes(EXPORT));
        }
        write(file, made);
        return made;
    }

    /** All files of {@link #hospital}. */
    List<Path> hospitalFiles() throws IOException {
        try (Stream<Path> files = Files.list(hospital())) {
            return files.sorted().toList();
        }
    }

    private static List<String> lines(Path compressed) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(compressed)), StandardCharsets.UTF_8))) {
            return new ArrayList<>(reader.lines().toList());
        }
    }

    private static void write(Path file, List<byte[]> lines) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            for (byte[] line : lines) {
                out.write(line);
                out.write('\n');
            }
        }
    }
}
