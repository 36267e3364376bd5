package org.osteon.adapters.cohort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.adapters.mapping.Pseudonyms;
import org.osteon.adapters.snapshot.Hospital;
import org.osteon.adapters.snapshot.MappingResult;
import org.osteon.adapters.snapshot.Snapshot;
import org.osteon.adapters.snapshot.SnapshotException;

class CohortQueryTest {
    private static final String OBSERVATION = """
            {"resourceType":"Observation","id":"%s","status":"final","subject":{"reference":"Patient/%s"},\
            "code":{"coding":[{"system":"http://loinc.org","code":"%s"}]},"valueQuantity":{"value":%s,"code":"kg/m2"}}""";

    @TempDir
    static Path folder;

    private static Snapshot snapshot;

    @BeforeAll
    static void map() {
        MappingResult result = new Hospital(folder)
                .lines(
                        "export.csv",
                        StandardCharsets.UTF_8,
                        Hospital.HEADER,
                        Hospital.row("A", "女", 70, "-2.5", 1),
                        Hospital.row("B", "男", 60, "未查", 0),
                        Hospital.row("C", "女", 95, "-1.0", 1))
                .lines(
                        "o.ndjson",
                        StandardCharsets.UTF_8,
                        OBSERVATION.formatted("1", "A", "39156-5", "20"),
                        OBSERVATION.formatted("2", "A", "39156-5", "30"),
                        OBSERVATION.formatted("3", "C", "39156-5", "24"),
                        OBSERVATION.formatted("4", "C", "8302-2", "160"))
                .map();
        snapshot = Snapshot.open(result.snapshot());
    }

    @Test
    void giveOneRowAPatientInTheOrderOfThePseudonyms() {
        CohortTable table = run("SELECT patient, age, t_score, female = 1 AS woman FROM export");

        assertThat(table.patients()).isSorted().containsExactlyInAnyOrder(id("A"), id("B"), id("C"));
        assertThat(table.columns()).containsExactly("age", "t_score", "woman");
        assertThat(row(table, "A")).containsExactly(70, -2.5, 1);
        assertThat(row(table, "B")).containsExactly(60, Double.NaN, 0);
        assertThat(row(table, "C")).as("ages of 90 and more are pooled").containsExactly(90, -1, 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            age / 0                                    | NaN
            CASE WHEN t_score < -2 THEN 1 ELSE 0 END   | 1
            CASE WHEN t_score > 0 THEN 1 END           | NaN
            coalesce(NULL, t_score, 3)                 | -2.5
            nullif(age, 70)                            | NaN
            greatest(age, 71)                          | 71
            least(age, NULL, 12.5)                     | 12.5
            abs(t_score) + 2 * 3 - 1                   | 7.5
            -t_score                                   | 2.5
            sqrt(age - 6)                              | 8
            sqrt(t_score)                              | NaN
            ln(0)                                      | NaN
            log10(100)                                 | 2
            pow(2, 10)                                 | 1024
            2 ^ 3                                      | 8
            round(t_score / 3, 2)                      | -0.83
            floor(t_score)                             | -3
            ceil(t_score)                              | -2
            sign(t_score)                              | -1
            age % 9                                    | 7
            CAST(t_score AS INTEGER)                   | -3
            age::DOUBLE                                | 70
            CAST(female AS BOOLEAN)                    | 1
            TRUE                                       | 1
            age BETWEEN 69 AND 71                      | 1
            age NOT BETWEEN 69 AND 71                  | 0
            age IN (1, 2, 70)                          | 1
            age NOT IN (1, 2)                          | 1
            t_score IS NULL                            | 0
            t_score IS NOT NULL AND NOT female = 0     | 1
            age IS DISTINCT FROM NULL                  | 1
            exp(10000)                                 | NaN
            12345678901234567890                       | 12345678901234567000
            """)
    void computesExpressions(String expression, double expected) {
        CohortTable table = run("SELECT patient, " + expression + " AS x FROM export");

        assertThat(row(table, "A")[0])
                .isEqualTo(expected, within(Double.isNaN(expected) ? 0.0 : Math.abs(expected) * 1e-12));
    }

    @Test
    void aggregatesWithinAPatient() {
        CohortTable table = run("SELECT patient, count(*) AS n, sum(value) AS s, avg(value) AS a, median(value) AS m,"
                + " min(value) AS low, max(value) AS high, bool_or(value > 25) AS any, bool_and(value > 25) AS all_,"
                + " sum(value) FILTER (WHERE code = '39156-5') AS bmi, count(DISTINCT code) AS codes"
                + " FROM observation GROUP BY patient HAVING count(*) > 1");

        assertThat(row(table, "A")).containsExactly(2, 50, 25, 25, 20, 30, 1, 0, 50, 1);
        assertThat(row(table, "C")).containsExactly(2, 184, 92, 92, 24, 160, 1, 0, 24, 2);
        assertThat(table.patients()).hasSize(2);
    }

    @Test
    void joinsOnThePatient() {
        CohortTable table =
                run("WITH bmi AS (SELECT patient, avg(value) AS bmi FROM observation WHERE code LIKE '39156%'"
                        + " GROUP BY patient) SELECT e.patient, bmi.bmi, s.height FROM export AS e"
                        + " LEFT JOIN bmi ON bmi.patient = e.patient"
                        + " LEFT JOIN (SELECT patient, max(value) AS height FROM observation WHERE code = '8302-2'"
                        + " GROUP BY patient) AS s ON e.patient = s.patient AND s.height > 100");

        assertThat(row(table, "A")).containsExactly(25, Double.NaN);
        assertThat(row(table, "B")).containsExactly(Double.NaN, Double.NaN);
        assertThat(row(table, "C")).containsExactly(24, 160);
    }

    @Test
    void selectsByThePatientsOfAnotherQuery() {
        CohortTable in = run("SELECT patient, age FROM export WHERE patient IN (SELECT patient FROM observation)");
        CohortTable not = run("SELECT patient, age FROM export WHERE patient NOT IN (SELECT patient FROM observation)");

        assertThat(in.patients()).containsExactlyInAnyOrder(id("A"), id("C"));
        assertThat(not.patients()).containsExactly(id("B"));
    }

    @Test
    void findsPatientsWithoutARowOnTheOtherSide() {
        CohortTable table = run("SELECT e.patient, o.patient IS NULL AS alone FROM export e LEFT JOIN"
                + " (SELECT DISTINCT patient FROM observation) AS o ON o.patient = e.patient");

        assertThat(row(table, "A")).containsExactly(0);
        assertThat(row(table, "B")).containsExactly(1);
    }

    @Test
    void namesTheColumnsItReads() {
        CohortQuery query = CohortQuery.compile("WITH o AS (SELECT patient, avg(value) AS v FROM observation"
                + " WHERE code = '1' GROUP BY patient) SELECT e.patient, e.age AS years, o.v FROM export e"
                + " JOIN o USING (patient) WHERE female = 1");

        assertThat(query.sourceColumns(snapshot))
                .isEqualTo(List.of(
                        "export.age",
                        "export.female",
                        "export.patient",
                        "observation.code",
                        "observation.patient",
                        "observation.value"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT patient, value FROM observation                                     | COHORT_NOT_ONE_ROW_A_PATIENT
            SELECT patient, age FROM exports                                           | COHORT_TABLE_UNKNOWN
            SELECT patient FROM duckdb_settings                                        | COHORT_TABLE_UNKNOWN
            SELECT patient FROM sqlite_master                                          | COHORT_TABLE_UNKNOWN
            SELECT patient FROM table_export                                           | COHORT_TABLE_UNKNOWN
            SELECT patient, rowid FROM export                                          | COHORT_COLUMN_UNKNOWN
            SELECT patient, 姓名 AS x FROM export                                       | COHORT_NAME
            SELECT patient, export AS x FROM export                                    | COHORT_COLUMN_UNKNOWN
            SELECT patient, session_user AS x FROM export                              | COHORT_COLUMN_UNKNOWN
            SELECT e.patient, age FROM export e JOIN observation o USING (patient, age) | COHORT_COLUMN_UNKNOWN
            SELECT e.patient, code AS x FROM observation e JOIN condition c ON c.patient = e.patient | COHORT_COLUMN_AMBIGUOUS
            SELECT patient, age = 'x' AS x FROM export                                 | COHORT_TYPE
            SELECT patient, code + 1 AS x FROM condition                               | COHORT_TYPE
            SELECT patient, age AND TRUE AS x FROM export                              | COHORT_TYPE
            SELECT patient, CASE WHEN age > 1 THEN 'x' ELSE 1 END AS x FROM export     | COHORT_TYPE
            SELECT patient, age IN (1, 'x') AS x FROM export                           | COHORT_TYPE
            SELECT patient, code FROM observation                                      | COHORT_COLUMN_TYPE
            SELECT patient, value, count(*) AS n FROM observation GROUP BY patient     | COHORT_SYNTAX
            """)
    void refusesWithTheSnapshot(String sql, String code) {
        assertThatThrownBy(() -> run(sql))
                .isInstanceOfSatisfying(
                        CohortRefused.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void leavesPatientsOutAsIfTheyWereNotThere() {
        CohortTable joined = CohortQuery.compile("SELECT e.patient, age, o.n FROM export e LEFT JOIN"
                        + " (SELECT patient, count(*) AS n FROM observation GROUP BY patient) AS o"
                        + " ON o.patient = e.patient")
                .run(snapshot, CohortLimits.standard(), Set.of(id("A"), "nobody"));
        CohortTable nobody = CohortQuery.compile("SELECT patient, age FROM export")
                .run(snapshot, CohortLimits.standard(), Set.of(id("A"), id("B"), id("C")));

        assertThat(joined.patients()).containsExactlyInAnyOrder(id("B"), id("C"));
        assertThat(row(joined, "C")).containsExactly(90, 2);
        assertThat(nobody.patients()).isEmpty();
    }

    @Test
    void stopsAtTheLimits() {
        StringBuilder joins = new StringBuilder("SELECT o.patient, sum(o.value) AS x FROM observation o");
        for (int i = 0; i < 40; i++) {
            joins.append(" JOIN observation o%d ON o.patient = o%d.patient".formatted(i, i));
        }
        String explosive = joins + " GROUP BY o.patient";

        assertThatThrownBy(() -> CohortQuery.compile(explosive)
                        .run(snapshot, new CohortLimits(Duration.ofMillis(300), 256L << 20, 100)))
                .isInstanceOfSatisfying(
                        CohortRefused.class,
                        refused -> assertThat(refused.code()).isIn("COHORT_TIME_LIMIT", "COHORT_MEMORY_LIMIT"));
        assertThatThrownBy(() -> CohortQuery.compile(explosive)
                        .run(snapshot, new CohortLimits(Duration.ofMinutes(5), 16L << 20, 100)))
                .isInstanceOfSatisfying(
                        CohortRefused.class,
                        refused -> assertThat(refused.code()).isEqualTo("COHORT_MEMORY_LIMIT"));
        assertThatThrownBy(() -> CohortQuery.compile("SELECT patient, age FROM export")
                        .run(snapshot, new CohortLimits(Duration.ofSeconds(30), 256L << 20, 2)))
                .isInstanceOfSatisfying(
                        CohortRefused.class,
                        refused -> assertThat(refused.code()).isEqualTo("COHORT_TOO_MANY_PATIENTS"));
    }

    @Test
    void refusesATableThatIsNotTheManifests(@TempDir Path other) throws IOException {
        Hospital hospital = new Hospital(other)
                .lines("e.csv", StandardCharsets.UTF_8, Hospital.HEADER, Hospital.row("A", "女", 70, "-2.5", 1));
        Snapshot changed = Snapshot.open(hospital.map().snapshot());
        Files.copy(
                folder.resolve("out-1/tables/export.parquet"),
                changed.folder().resolve("tables/export.parquet"),
                StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() ->
                        CohortQuery.compile("SELECT patient, age FROM export").run(changed, CohortLimits.standard()))
                .isInstanceOfSatisfying(SnapshotException.class, refused -> {
                    assertThat(refused.code()).isEqualTo("TABLE_CHANGED");
                    assertThat(refused).hasMessageContaining("export");
                });
    }

    private static CohortTable run(String sql) {
        return CohortQuery.compile(sql).run(snapshot, CohortLimits.standard());
    }

    private static double[] row(CohortTable table, String patient) {
        return table.values()[table.patients().indexOf(id(patient))];
    }

    private static String id(String patient) {
        return new Pseudonyms(Hospital.KEYS.pseudonymKey()).ofPatient(patient);
    }
}
