package org.osteon.adapters.cohort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.osteon.adapters.mapping.Pseudonyms;
import org.osteon.adapters.snapshot.Hospital;
import org.osteon.adapters.snapshot.Snapshot;

/** Takes one patient out of a snapshot and finds the rows of all others bit for bit as they were. */
class RemovedPatientTest {
    private static final int PATIENTS = 24;
    private static final List<String> CODES = List.of("39156-5", "8302-2", "29463-7");

    private static @Nullable Path folder;
    private static List<Snapshot> without = List.of();

    @BeforeContainer
    static void mapOncePerPatient() throws IOException {
        Path made = Files.createTempDirectory("removed-patient");
        folder = made;
        List<Snapshot> snapshots = new ArrayList<>();
        for (int removed = 0; removed <= PATIENTS; removed++) {
            snapshots.add(snapshot(made.resolve("without-" + removed), removed));
        }
        without = snapshots;
    }

    @AfterContainer
    static void clean() throws IOException {
        try (Stream<Path> files = Files.walk(Objects.requireNonNull(folder))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void otherPatientsRowsStay(@ForAll long seed) {
        // Given
        String sql = new RandomQuery(seed).sql();
        int removed = 1 + new Random(seed).nextInt(PATIENTS);
        CohortQuery query = CohortQuery.compile(sql);
        Map<String, String> before = rows(query.run(without.get(0), CohortLimits.standard()));

        // When
        Map<String, String> after = rows(query.run(without.get(removed), CohortLimits.standard()));

        // Then
        before.remove(pseudonym(removed));
        assertThat(after).as(sql).isEqualTo(before);
    }

    /** The comparison sees each way in which patients could be mixed, where nothing refuses it. */
    @Example
    void mixedPatientsAreSeen() {
        List<String> mixed = List.of(
                "SELECT a.patient, sum(b.age) AS x FROM export a JOIN export b ON a.female = b.female GROUP BY a.patient",
                "SELECT max(patient) AS patient, avg(age) AS x FROM export GROUP BY female",
                "SELECT patient, age FROM export WHERE age IN (SELECT age FROM export WHERE fracture = 1)");
        for (String sql : mixed) {
            CohortQuery query = new CohortQuery(CohortQuery.parse(sql));
            boolean seen = false;
            for (int removed = 1; removed <= PATIENTS; removed++) {
                Map<String, String> before = rows(query.run(without.get(0), CohortLimits.standard()));
                before.remove(pseudonym(removed));
                seen |= !before.equals(rows(query.run(without.get(removed), CohortLimits.standard())));
            }
            assertThat(seen).as(sql).isTrue();
        }
    }

    private static Map<String, String> rows(CohortTable table) {
        Map<String, String> rows = new TreeMap<>();
        for (int i = 0; i < table.patients().size(); i++) {
            long[] bits = Arrays.stream(table.values()[i])
                    .mapToLong(Double::doubleToLongBits)
                    .toArray();
            rows.put(table.patients().get(i), Arrays.toString(bits));
        }
        return rows;
    }

    private static String pseudonym(int patient) {
        return new Pseudonyms(Hospital.KEYS.pseudonymKey()).ofPatient("P" + patient);
    }

    /** All patients but one, 0 for none; each patient has the same rows in each snapshot. */
    private static Snapshot snapshot(Path folder, int removed) {
        List<String> rows = new ArrayList<>(List.of(Hospital.HEADER));
        List<String> observations = new ArrayList<>();
        for (int patient = 1; patient <= PATIENTS; patient++) {
            Random random = new Random(patient);
            String sex = random.nextBoolean() ? "女" : "男";
            String tScore = random.nextInt(5) == 0 ? "未查" : String.valueOf(-random.nextInt(50) / 10.0);
            if (patient != removed) {
                rows.add(Hospital.row("P" + patient, sex, 50 + random.nextInt(45), tScore, random.nextInt(2)));
            }
            int count = random.nextInt(12);
            for (int i = 0; i < count && patient != removed; i++) {
                observations.add(("{\"resourceType\":\"Observation\",\"id\":\"o%d-%d\",\"status\":\"final\","
                                + "\"subject\":{\"reference\":\"Patient/P%d\"},\"code\":{\"coding\":[{\"system\":"
                                + "\"http://loinc.org\",\"code\":\"%s\"}]},\"valueQuantity\":{\"value\":%s}}")
                        .formatted(
                                patient,
                                i,
                                patient,
                                CODES.get(random.nextInt(CODES.size())),
                                random.nextInt(2000) / 10.0));
            }
        }
        // Rows of one patient lie apart, so that their order depends on nothing but the input.
        observations.sort(Comparator.comparing(line -> line.substring(line.indexOf("\"value\""))));
        return Snapshot.open(new Hospital(folder)
                .lines("export.csv", StandardCharsets.UTF_8, rows.toArray(String[]::new))
                .lines("o.ndjson", StandardCharsets.UTF_8, observations.toArray(String[]::new))
                .map()
                .snapshot());
    }
}
