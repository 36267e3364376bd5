package org.osteon.adapters.cohort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Queries that must be refused before any data is touched, each with the code that names why. */
class HostileSqlTest {

    /** A query and its code, parted by {@code => }. */
    static List<String> corpus() {
        String corpus = """
                SELECT patient, age FROM export LIMIT 1 => COHORT_LIMIT
                SELECT patient, age FROM export LIMIT 10% => COHORT_LIMIT
                SELECT patient, age FROM export OFFSET 3 => COHORT_LIMIT
                SELECT patient, age FROM export FETCH FIRST 3 ROWS ONLY => COHORT_LIMIT
                SELECT patient, age FROM (SELECT patient, age FROM export LIMIT 5) AS e => COHORT_LIMIT
                WITH e AS (SELECT patient, age FROM export LIMIT 5) SELECT patient, age FROM e => COHORT_LIMIT
                WITH unused AS (SELECT patient FROM export LIMIT 5) SELECT patient, age FROM export => COHORT_LIMIT
                SELECT patient FROM export WHERE patient IN (SELECT patient FROM export LIMIT 1) => COHORT_LIMIT
                SELECT patient, age FROM export ORDER BY age => COHORT_ORDER_BY
                SELECT patient, sum(age ORDER BY weight) AS s FROM export GROUP BY patient => COHORT_ORDER_BY
                SELECT patient, sum(age) WITHIN GROUP (ORDER BY age) AS s FROM export GROUP BY patient => *
                SELECT DISTINCT ON (age) patient, age FROM export => COHORT_DISTINCT_ON
                SELECT patient, age FROM export TABLESAMPLE 10% => COHORT_SAMPLE
                SELECT patient, age FROM export TABLESAMPLE reservoir(20 ROWS) => COHORT_SAMPLE
                SELECT patient, age FROM export USING SAMPLE 5 => COHORT_SAMPLE
                SELECT patient, age FROM export USING SAMPLE reservoir(50 ROWS) REPEATABLE (100) => COHORT_SAMPLE
                SELECT patient, row_number() OVER () AS n FROM export => COHORT_WINDOW
                SELECT patient, rank() OVER (ORDER BY age) AS n FROM export => COHORT_WINDOW
                SELECT patient, avg(age) OVER () AS n FROM export => COHORT_WINDOW
                SELECT patient, lag(age) OVER (PARTITION BY patient ORDER BY age) AS n FROM export => COHORT_WINDOW
                SELECT patient, age FROM export QUALIFY row_number() OVER () = 1 => COHORT_WINDOW
                SELECT patient, sum(age) OVER w AS s FROM export WINDOW w AS (ORDER BY age) => COHORT_WINDOW
                SELECT patient, age FROM export UNION ALL SELECT patient, age FROM glow => COHORT_SET_OPERATION
                SELECT patient, age FROM export UNION SELECT patient, age FROM glow => COHORT_SET_OPERATION
                SELECT patient, age FROM export EXCEPT SELECT patient, age FROM glow => COHORT_SET_OPERATION
                SELECT patient, age FROM export INTERSECT SELECT patient, age FROM glow => COHORT_SET_OPERATION
                SELECT patient, age FROM export UNION BY NAME SELECT patient, age FROM glow => COHORT_SET_OPERATION
                SELECT * FROM export => COHORT_STAR
                SELECT e.* FROM export AS e => COHORT_STAR
                SELECT * EXCLUDE (age) FROM export => COHORT_STAR
                SELECT patient, COLUMNS('a.*') FROM export => COHORT_STAR
                FROM export => COHORT_STAR
                TABLE export => COHORT_STAR
                SELECT count(*) AS n FROM export => COHORT_AGGREGATE_ACROSS_PATIENTS
                SELECT patient, max(age) AS m FROM export => COHORT_AGGREGATE_ACROSS_PATIENTS
                SELECT any_value(patient) AS patient, avg(age) AS a FROM export => COHORT_FUNCTION
                SELECT max(patient) AS patient, avg(age) AS a FROM export GROUP BY female => COHORT_AGGREGATE_ACROSS_PATIENTS
                SELECT patient, age FROM export WHERE age > avg(age) => COHORT_AGGREGATE_ACROSS_PATIENTS
                SELECT patient, avg(age) AS a FROM export GROUP BY ALL => COHORT_GROUP_BY
                SELECT patient, avg(age) AS a FROM export GROUP BY 1 => COHORT_GROUP_BY
                SELECT patient, avg(age) AS a FROM export GROUP BY ROLLUP (patient) => COHORT_GROUP_BY
                SELECT patient, avg(age) AS a FROM export GROUP BY CUBE (patient, female) => COHORT_GROUP_BY
                SELECT patient, avg(age) AS a FROM export GROUP BY GROUPING SETS ((patient), ()) => COHORT_GROUP_BY
                SELECT patient, age FROM export HAVING count(*) > 1 => COHORT_GROUP_BY
                SELECT l.patient, avg(o.value) AS a FROM export e LEFT JOIN observation o ON e.patient = o.patient LEFT JOIN patient l ON l.patient = e.patient GROUP BY l.patient => COHORT_AGGREGATE_ACROSS_PATIENTS
                SELECT 'x' AS patient, age FROM export => COHORT_NO_PATIENT
                SELECT age AS patient FROM export => COHORT_NO_PATIENT
                SELECT age FROM export => COHORT_NO_PATIENT
                SELECT o.patient, o.value FROM export e LEFT JOIN observation o ON e.patient = o.patient => COHORT_NO_PATIENT
                SELECT substr(patient, 1, 1) AS patient, age FROM export => COHORT_FUNCTION
                SELECT patient || 'x' AS patient, age FROM export => COHORT_FUNCTION
                SELECT x.patient, x.a FROM (SELECT age AS patient, weight AS a FROM export) AS x => COHORT_NO_PATIENT
                SELECT x.patient, x.a FROM (SELECT age, patient FROM export) AS x(patient, a) => COHORT_EXPRESSION
                WITH x(patient, a) AS (SELECT age, patient FROM export) SELECT patient, a FROM x => COHORT_EXPRESSION
                SELECT a.patient, b.age FROM export a, export b => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a CROSS JOIN export b => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a JOIN export b ON a.age = b.age => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a JOIN export b ON a.patient <> b.patient => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a JOIN export b ON a.patient = b.patient OR a.age = b.age => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a JOIN export b ON NOT a.patient = b.patient => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a JOIN export b ON a.patient = a.patient => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a JOIN export b USING (age) => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a JOIN export b ON TRUE => COHORT_JOIN_ACROSS_PATIENTS
                SELECT a.patient, b.age FROM export a NATURAL JOIN export b => COHORT_JOIN
                SELECT a.patient, b.age FROM export a RIGHT JOIN export b ON a.patient = b.patient => COHORT_JOIN
                SELECT a.patient, b.age FROM export a FULL JOIN export b ON a.patient = b.patient => COHORT_JOIN
                SELECT a.patient FROM export a SEMI JOIN export b ON a.age = b.age => COHORT_JOIN
                SELECT a.patient FROM export a ANTI JOIN export b ON a.age = b.age => COHORT_JOIN
                SELECT a.patient, b.age FROM export a ASOF JOIN export b ON a.patient = b.patient AND a.age >= b.age => COHORT_JOIN
                SELECT a.patient, b.age FROM export a POSITIONAL JOIN export b => COHORT_JOIN
                SELECT a.patient, b.n FROM export a, LATERAL (SELECT count(*) AS n FROM export c WHERE c.age = a.age) AS b => *
                SELECT patient, (SELECT avg(age) FROM export) AS a FROM export => COHORT_SUBQUERY
                SELECT patient, age FROM export WHERE age > (SELECT avg(age) FROM export) => COHORT_SUBQUERY
                SELECT patient, age FROM export WHERE EXISTS (SELECT 1 FROM export) => COHORT_SUBQUERY
                SELECT patient, age FROM export e WHERE EXISTS (SELECT 1 FROM export f WHERE f.age > e.age) => COHORT_SUBQUERY
                SELECT patient, age FROM export WHERE age IN (SELECT age FROM export WHERE female = 1) => COHORT_SUBQUERY
                SELECT patient, age FROM export WHERE age = ANY (SELECT age FROM glow) => COHORT_SUBQUERY
                SELECT patient, age FROM export WHERE age > ALL (SELECT age FROM glow) => COHORT_SUBQUERY
                SELECT patient, age FROM export WHERE age IN (SELECT patient FROM glow) => COHORT_SUBQUERY
                SELECT patient, age FROM export WHERE patient > ANY (SELECT patient FROM glow) => COHORT_SUBQUERY
                SELECT patient, patient IN (SELECT patient FROM glow) AS g FROM export => COHORT_SUBQUERY
                SELECT patient, age FROM export WHERE patient IN (SELECT patient FROM glow UNION SELECT patient FROM export) => COHORT_SET_OPERATION
                SELECT patient, ARRAY(SELECT age FROM export) AS a FROM export => COHORT_SUBQUERY
                SELECT patient, random() AS r FROM export => COHORT_RANDOM
                SELECT patient, age FROM export WHERE random() < 0.5 => COHORT_RANDOM
                SELECT patient, uuid() AS r FROM export => COHORT_RANDOM
                SELECT patient, nextval('s') AS r FROM export => COHORT_RANDOM
                SELECT patient, now() AS r FROM export => COHORT_TIME
                SELECT patient, current_date AS r FROM export => COHORT_TIME
                SELECT patient, CURRENT_TIMESTAMP AS r FROM export => COHORT_TIME
                SELECT patient, age FROM export WHERE current_timestamp > '2026-01-01' => COHORT_TIME
                SELECT patient, today() AS r FROM export => COHORT_TIME
                SELECT patient, first(age) AS f FROM export GROUP BY patient => COHORT_FUNCTION
                SELECT patient, last(age) AS f FROM export GROUP BY patient => COHORT_FUNCTION
                SELECT patient, arg_max(age, weight) AS f FROM export GROUP BY patient => COHORT_FUNCTION
                SELECT patient, string_agg(code, ',') AS f FROM condition GROUP BY patient => COHORT_FUNCTION
                SELECT patient, list(age) AS f FROM export GROUP BY patient => COHORT_FUNCTION
                SELECT patient, hash(patient) AS f FROM export => COHORT_FUNCTION
                SELECT patient, error('x') AS f FROM export => COHORT_FUNCTION
                SELECT patient, CASE WHEN age > 80 THEN error('x') ELSE 1 END AS f FROM export => COHORT_FUNCTION
                SELECT patient, getenv('HOME') AS f FROM export => COHORT_FUNCTION
                SELECT patient, current_setting('memory_limit') AS f FROM export => COHORT_FUNCTION
                SELECT patient, rowid AS f, age // 2 AS g FROM export => COHORT_FUNCTION
                SELECT patient, repeat('x', 1000000000) AS f FROM export => COHORT_FUNCTION
                SELECT patient, regexp_matches(patient, '(a+)+b') AS f FROM export => COHORT_FUNCTION
                SELECT patient, main.abs(age) AS f FROM export => COHORT_FUNCTION
                SELECT patient, age::VARCHAR AS f FROM export => COHORT_CAST
                SELECT patient, CAST(age AS DATE) AS f FROM export => COHORT_CAST
                SELECT patient, CAST(age AS BLOB) AS f FROM export => COHORT_CAST
                SELECT patient, DATE '2020-01-01' AS f FROM export => COHORT_CAST
                SELECT patient, [1, 2, 3] AS f FROM export => *
                SELECT patient, {'a': age} AS f FROM export => *
                SELECT patient, export AS f, list_transform([1], x -> x) AS g FROM export => *
                SELECT patient, ? AS f FROM export => COHORT_EXPRESSION
                SELECT patient, $1 AS f FROM export => COHORT_EXPRESSION
                SELECT patient, age COLLATE NOCASE AS f FROM export => *
                SELECT patient, #1 AS f FROM export => *
                SELECT patient, sum(max(age)) AS f FROM export GROUP BY patient => COHORT_FUNCTION
                SELECT patient, count(age, weight) AS f FROM export GROUP BY patient => *
                SELECT patient, a.b.c.d AS f FROM export => COHORT_COLUMN_UNKNOWN
                SELECT patient, age + 1 FROM export => COHORT_COLUMN_UNNAMED
                SELECT patient, age, weight AS age FROM export => COHORT_COLUMN_TWICE
                SELECT patient, age AS "x""y" FROM export => COHORT_NAME
                SELECT patient FROM read_csv('/etc/passwd') => COHORT_TABLE_FUNCTION
                SELECT patient FROM read_parquet('tables/export.parquet') => COHORT_TABLE_FUNCTION
                SELECT patient FROM glob('*') => COHORT_TABLE_FUNCTION
                SELECT patient FROM range(10) => COHORT_TABLE_FUNCTION
                SELECT patient FROM duckdb_settings() => COHORT_TABLE_FUNCTION
                SELECT patient FROM 'tables/export.parquet' => COHORT_TABLE_NAME
                SELECT patient FROM 'https://example.org/x.csv' => COHORT_TABLE_NAME
                SELECT patient FROM main.export => COHORT_TABLE_NAME
                SELECT patient FROM information_schema.tables => COHORT_TABLE_NAME
                SELECT patient FROM memory.main.export => COHORT_TABLE_NAME
                SELECT patient FROM (VALUES ('a')) AS v(patient) => *
                SELECT patient FROM export AT (VERSION => 1) => *
                SELECT patient FROM (PIVOT export ON female USING count(*)) AS p => *
                SELECT patient FROM (UNPIVOT export ON age, weight INTO NAME n VALUE v) AS p => *
                SELECT patient FROM (DESCRIBE export) AS p => *
                SELECT patient FROM export AS e JOIN glow AS e ON e.patient = e.patient => *
                SELECT patient FROM (SELECT patient FROM export) => *
                SELECT 1 AS patient => COHORT_NO_PATIENT
                SELECT patient, age FROM export WHERE patient = 'f00d' => COHORT_PATIENT_VALUE
                SELECT patient, age FROM export WHERE patient LIKE 'f%' => COHORT_PATIENT_VALUE
                SELECT patient, age FROM export WHERE patient < 'f' => COHORT_PATIENT_VALUE
                SELECT patient, age FROM export WHERE patient IN ('f00d') => COHORT_PATIENT_VALUE
                SELECT patient, patient AS p FROM export => COHORT_PATIENT_VALUE
                SELECT patient, patient IN ('f00d') AS p FROM export => COHORT_PATIENT_VALUE
                SELECT patient, CASE WHEN patient > 'f' THEN 1 END AS p FROM export => COHORT_PATIENT_VALUE
                SELECT patient, min(patient) AS p FROM export GROUP BY patient => COHORT_PATIENT_VALUE
                SELECT patient, count(*) AS n FROM export GROUP BY patient, patient LIKE 'f%' => COHORT_PATIENT_VALUE
                SELECT patient, count(*) AS n FROM export GROUP BY patient HAVING patient > 'f' => COHORT_PATIENT_VALUE
                SELECT a.patient, b.age FROM export a JOIN export b ON a.patient = b.patient AND a.patient > 'f' => COHORT_PATIENT_VALUE
                WITH RECURSIVE r AS (SELECT patient FROM export UNION ALL SELECT patient FROM r) SELECT patient FROM r => *
                SELECT patient FROM export; SELECT patient FROM glow => COHORT_NOT_ONE_SELECT
                DELETE FROM export => COHORT_NOT_ONE_SELECT
                INSERT INTO export SELECT patient FROM export => COHORT_NOT_ONE_SELECT
                UPDATE export SET age = 1 => COHORT_NOT_ONE_SELECT
                CREATE TABLE x AS SELECT patient FROM export => COHORT_NOT_ONE_SELECT
                DROP TABLE export => COHORT_NOT_ONE_SELECT
                COPY export TO 'x.csv' => COHORT_NOT_ONE_SELECT
                COPY (SELECT patient FROM export) TO 'x.csv' => COHORT_NOT_ONE_SELECT
                ATTACH 'x.db' => COHORT_NOT_ONE_SELECT
                INSTALL httpfs => COHORT_NOT_ONE_SELECT
                LOAD httpfs => COHORT_NOT_ONE_SELECT
                PRAGMA database_list => COHORT_NOT_ONE_SELECT
                SET enable_external_access = true => COHORT_NOT_ONE_SELECT
                EXPLAIN SELECT patient FROM export => COHORT_NOT_ONE_SELECT
                CALL pragma_version() => COHORT_NOT_ONE_SELECT
                EXECUTE p => COHORT_NOT_ONE_SELECT
                SELECT patient FROM export WHERE => COHORT_SYNTAX
                SELEC patient FROM export => COHORT_SYNTAX
                """;
        return corpus.lines().filter(line -> !line.isBlank()).toList();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void refusesAndNamesTheConstruct(String line) {
        int arrow = line.lastIndexOf(" => ");
        String sql = line.substring(0, arrow);
        String code = line.substring(arrow + 4);

        assertThatThrownBy(() -> CohortQuery.compile(sql)).isInstanceOfSatisfying(CohortRefused.class, refused -> {
            assertThat(refused.code()).startsWith("COHORT_").isNotEqualTo("COHORT_FAILED");
            if (!code.equals("*")) {
                assertThat(refused.code()).isEqualTo(code);
            }
        });
    }

    @Test
    void refusesWhatIsTooLongOrTooDeep() {
        List<String> hostile = new ArrayList<>();
        hostile.add("SELECT patient, " + "1 + ".repeat(4000) + "1 AS x FROM export");
        hostile.add("SELECT patient, " + "NOT ".repeat(4000) + "TRUE AS x FROM export");
        hostile.add("SELECT patient FROM " + "(SELECT patient FROM ".repeat(500) + "export" + ") AS e".repeat(500));
        hostile.add("");
        hostile.add(";");
        hostile.add("\0");

        for (String sql : hostile) {
            assertThatThrownBy(() -> CohortQuery.compile(sql)).isInstanceOf(CohortRefused.class);
        }
    }

    @Test
    void holdsAtLeastSixtyQueries() {
        assertThat(corpus()).hasSizeGreaterThan(60).doesNotHaveDuplicates();
    }
}
