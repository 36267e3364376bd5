package org.osteon.adapters.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The official SQL-on-FHIR tests, whole, against the committed list of those that do not pass. */
class OfficialSuiteTest {
    private static final int TESTS = 144;
    private static final int FILES = 22;

    @TestFactory
    Stream<DynamicTest> officialTests() throws IOException {
        List<OfficialCase> cases = OfficialCase.all(SharedData.folder("sql-on-fhir"));
        Set<String> listed = knownFailures();
        return cases.stream()
                .map(official -> DynamicTest.dynamicTest(
                        official.name(),
                        () -> assertThat(complaint(listed.contains(official.name()), official.failure()))
                                .isNull()));
    }

    @Test
    void theSuiteIsWholeAndTheListNamesRealTests() throws IOException {
        List<OfficialCase> cases = OfficialCase.all(SharedData.folder("sql-on-fhir"));

        Set<String> failing = new TreeSet<>();
        cases.stream().filter(official -> official.failure() != null).forEach(official -> failing.add(official.name()));

        System.out.printf(
                "SQL-on-FHIR official tests: %d of %d pass (%d expect an error), %d files, not passing: %s%n",
                cases.size() - failing.size(),
                cases.size(),
                cases.stream().filter(OfficialCase::expectsError).count(),
                cases.stream().map(OfficialCase::file).distinct().count(),
                failing);
        assertThat(cases).hasSize(TESTS);
        assertThat(cases.stream().map(OfficialCase::file).distinct()).hasSize(FILES);
        assertThat(cases.stream().map(OfficialCase::name).collect(Collectors.toSet()))
                .hasSize(TESTS);
        assertThat(failing).isEqualTo(knownFailures());
    }

    @Test
    void aChangedExpectationIsFound() throws IOException {
        List<OfficialCase> cases = OfficialCase.all(SharedData.folder("sql-on-fhir"));

        List<String> unnoticed = cases.stream()
                .filter(official -> planted(official).failure() == null)
                .map(OfficialCase::name)
                .toList();

        assertThat(unnoticed).isEmpty();
    }

    @Test
    void aListedTestThatPassesAndAnUnlistedOneThatDoesNotAreBothComplaints() {
        assertThat(complaint(false, null)).isNull();
        assertThat(complaint(true, "wrong rows")).isNull();
        assertThat(complaint(true, null)).contains("take it off");
        assertThat(complaint(false, "wrong rows")).contains("wrong rows");
    }

    /** The case with one fact changed: a row more, or rows where an error is right and an error where rows are. */
    private static OfficialCase planted(OfficialCase official) {
        ObjectNode test = official.test().deepCopy();
        if (official.expectsError()) {
            test.remove("expectError");
            test.set("expect", test.arrayNode());
        } else {
            ((ArrayNode) test.get("expect")).addObject().put("planted", true);
        }
        return new OfficialCase(official.file(), official.resources(), test);
    }

    private static @Nullable String complaint(boolean listed, @Nullable String failure) {
        if (listed) {
            return failure == null ? "passes: take it off the list of known failures" : null;
        }
        return failure;
    }

    private static Set<String> knownFailures() throws IOException {
        try (InputStream in = OfficialSuiteTest.class.getResourceAsStream("/sql-on-fhir-known-failures.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
