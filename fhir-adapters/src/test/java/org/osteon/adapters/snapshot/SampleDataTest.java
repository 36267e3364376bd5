package org.osteon.adapters.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.adapters.cohort.CohortLimits;
import org.osteon.adapters.cohort.CohortQuery;
import org.osteon.adapters.cohort.CohortTable;
import org.osteon.adapters.mapping.Profile;
import org.osteon.adapters.mapping.Pseudonyms;
import org.osteon.protocol.document.Manifest;

/** Real inputs: what is counted equals a count that shares no code with the mapping. */
class SampleDataTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"hospital-a", "hospital-b", "hospital-c"})
    void aChineseHospitalsExport(String hospital) throws IOException {
        // Given
        Path export = Hospital.sample(hospital + "/export.csv");
        List<String> lines = Files.readAllLines(export, Charset.forName("GB18030"));
        Set<String> distinct = new HashSet<>();
        long broken = 0;
        for (String line : lines.subList(1, lines.size())) {
            if (line.split(",", -1).length == 20) {
                distinct.add(line);
            } else {
                broken++;
            }
        }

        // When
        MappingResult result = map(export, "out");

        // Then
        assertThat(result.read()).isEqualTo(lines.size() - 1);
        assertThat(result.mapped()).isEqualTo(distinct.size());
        assertThat(result.rejected()).isEqualTo(broken);
        assertThat(result.duplicate()).isEqualTo(lines.size() - 1 - distinct.size() - broken);
        assertThat(result.filtered() + result.quarantined()).isZero();
        CohortTable table = CohortQuery.compile("SELECT patient, female, age, t_score, falls, fracture FROM export")
                .run(Snapshot.open(result.snapshot()), CohortLimits.standard());
        for (String line : distinct) {
            String[] fields = line.split(",", -1);
            int row = table.patients().indexOf(new Pseudonyms(Hospital.KEYS.pseudonymKey()).ofPatient(fields[0]));
            assertThat(table.values()[row])
                    .containsExactly(
                            fields[6].equals("女") ? 1 : 0,
                            Math.min(Double.parseDouble(fields[7]), 90),
                            fields[10].equals("未查") ? Double.NaN : Double.parseDouble(fields[10]) + 0.0,
                            Double.parseDouble(fields[17]),
                            fields[19].isEmpty() ? Double.NaN : Double.parseDouble(fields[19]));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hospital-a", "hospital-b", "hospital-c"})
    void aHospitalsWholeFolder(String hospital) throws IOException {
        Path input = Hospital.sample(hospital);

        MappingResult result = map(input, "out");

        assertBalanced(result);
        assertThat(result.read()).isEqualTo(independentCount(input));
        assertThat(result.mapped()).isGreaterThan(1000);
    }

    @Test
    void sharedFhir() throws IOException {
        Path input = Hospital.shared("fhir/synthea-3-hospitals");

        MappingResult result = map(input, "out");

        assertBalanced(result);
        assertThat(result.read()).isEqualTo(independentCount(input));
        TreeMap<String, Long> reasons = new TreeMap<>(result.reasons());
        assertThat(reasons.keySet()).containsOnly("CODE_NOT_LISTED", "NO_VIEW");
        assertThat(result.manifest().document().patients()).isEqualTo(45);
    }

    @Test
    void sharedDicom() throws IOException {
        Path input = Hospital.shared("dicom/files");
        long files;
        try (Stream<Path> all = Files.walk(input)) {
            files = all.filter(Files::isRegularFile).count();
        }

        MappingResult result = map(input, "out");

        assertBalanced(result);
        assertThat(result.read()).isEqualTo(files);
        assertThat(result.mapped()).isPositive();
        assertThat(result.mapped() + result.duplicate() + result.rejected() + result.quarantined())
                .isEqualTo(files);
    }

    @Test
    void sharedGlowForSixSites() throws IOException {
        Path csv = Hospital.shared("ortho/glow500.csv");
        List<String> lines = Files.readAllLines(csv);
        long rows = 0;
        for (int site = 1; site <= 6; site++) {
            String wanted = String.valueOf(site);
            List<String> own = lines.stream()
                    .skip(1)
                    .filter(line -> line.split(",")[1].equals(wanted))
                    .toList();
            Path file = folder.resolve("glow-" + site + ".csv");
            Files.writeString(file, lines.get(0) + "\n" + String.join("\n", own) + "\n");

            MappingResult result = map(file, "out-" + site);

            assertThat(result.mapped()).isEqualTo(own.size()).isEqualTo(result.read());
            CohortTable table = CohortQuery.compile("SELECT patient, age, priorfrac, raterisk = 'Same' AS same,"
                            + " raterisk = 'Greater' AS greater, fracture FROM glow")
                    .run(Snapshot.open(result.snapshot()), CohortLimits.standard());
            for (String line : own) {
                String[] fields = line.split(",");
                int row = table.patients().indexOf(new Pseudonyms(Hospital.KEYS.pseudonymKey()).ofPatient(fields[0]));
                assertThat(table.values()[row])
                        .containsExactly(
                                Double.parseDouble(fields[4]),
                                fields[3].equals("Yes") ? 1 : 0,
                                fields[12].equals("Same") ? 1 : 0,
                                fields[12].equals("Greater") ? 1 : 0,
                                fields[14].equals("Yes") ? 1 : 0);
            }
            rows += own.size();
        }
        assertThat(rows).isEqualTo(500);
    }

    private MappingResult map(Path input, String out) {
        return DataMapping.map(input, folder.resolve(out), Profile.builtIn(), Hospital.KEYS, MappingProgress.NONE);
    }

    private static void assertBalanced(MappingResult result) {
        assertThat(result.manifest().document().sources()).allMatch(Manifest.SourceCount::balances);
        assertThat(result.read())
                .isEqualTo(result.mapped()
                        + result.filtered()
                        + result.duplicate()
                        + result.rejected()
                        + result.quarantined());
        assertThat(result.reasons().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(result.read() - result.mapped());
        Snapshot.open(result.snapshot()).verify();
    }

    /** Non-blank lines of text files, without the header of a CSV; other files count one. */
    private static long independentCount(Path input) throws IOException {
        long units = 0;
        try (Stream<Path> all = Files.walk(input)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".ndjson.gz")) {
                    try (InputStream raw = new GZIPInputStream(Files.newInputStream(file));
                            BufferedReader lines =
                                    new BufferedReader(new InputStreamReader(raw, StandardCharsets.UTF_8))) {
                        units += lines.lines().filter(line -> !line.isBlank()).count();
                    }
                } else if (name.endsWith(".csv")) {
                    units +=
                            Files.readAllLines(file, Charset.forName("GB18030")).size() - 1;
                } else {
                    units++;
                }
            }
        }
        return units;
    }
}
