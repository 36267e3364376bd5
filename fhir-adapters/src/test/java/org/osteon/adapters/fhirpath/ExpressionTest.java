package org.osteon.adapters.fhirpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.adapters.fhirpath.FhirPathException.Code;
import org.osteon.adapters.view.ResourceJson;

class ExpressionTest {
    private static final JsonNode PATIENT = ResourceJson.parse("""
            {"resourceType":"Patient","id":"p1","active":true,"birthDate":"1970-06",
             "_birthDate":{"extension":[{"url":"http://x/time","valueDateTime":"1970-06-02T08:00:00Z"}]},
             "deceasedDateTime":"2020-01-31T23:30:00-05:00",
             "name":[{"use":"official","family":"A","given":["B","C"]},{"family":"D","given":[null,"E"]}],
             "multipleBirthInteger":2,
             "generalPractitioner":[{"reference":"Practitioner/d1/_history/3"},{"reference":"http://s/fhir/Practitioner/d2"},
               {"reference":"#c"},{"reference":"Practitioner?identifier=1"},{"reference":"urn:uuid:7","type":"Practitioner"}],
             "contact":[{"period":{"start":"2020-01-01","end":"2021-01-01"}}]}
            """);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            name.given                                        | B C E
            name[0].given[1]                                  | C
            name.where($index = 1).family                     | D
            name.given.where($this = 'E')                     | E
            name.given.count()                                | 3
            name.last().family                                | D
            name.exists(use = 'official')                     | true
            name.all(family.exists())                         | true
            name.select(family & '-' & given.first())         | A-B D-E
            name.given.join('/')                              | B/C/E
            Patient.name.first().family                       | A
            Observation.id                                    |
            deceased is dateTime                              | true
            deceased.ofType(boolean)                          |
            (deceased as dateTime) > @2020-01-31              |
            deceased.ofType(dateTime) = @2020-02-01T04:30:00Z | true
            deceased.ofType(dateTime) < @2020-02-01T04:30:01Z | true
            birthDate < @1971                                 | true
            birthDate = @1970                                 |
            birthDate.extension('http://x/time').value.ofType(dateTime) | 1970-06-02T08:00:00Z
            contact.period.start < contact.period.end         | true
            multipleBirth.ofType(integer) + 1                 | 3
            1 + 2 * 3 - -4                                    | 11
            7 div 2                                           | 3
            7 mod 2                                           | 1
            (7 / 2) > 3.4                                     | true
            1 / 0                                             |
            1.0 = 1                                           | true
            'a' in name.family                                | false
            name.family contains 'A'                          | true
            true and {}                                       |
            false and {}                                      | false
            true or {}                                        | true
            true xor false                                    | true
            false implies {}                                  | true
            {}.exists()                                       | false
            true or false and false                           | true
            (true or false) and false                         | false
            name.given.exists() and active                    | true
            active.not()                                      | false
            id != 'p2'                                        | true
            getResourceKey()                                  | Patient/p1
            generalPractitioner.getReferenceKey()             | Practitioner/d1 http://s/fhir/Practitioner/d2 urn:uuid:7
            generalPractitioner.getReferenceKey(Patient)      |
            1.50.lowBoundary()                                | 1.495
            @2019.highBoundary()                              | 2019-12-31
            @T10:30.highBoundary()                            | 10:30:59.999
            @2016-02.highBoundary()                           | 2016-02-29
            %context.id                                       | p1
            %resource.name.first().family                     | A
            /* comment */ id // to the end                    | p1
            `id`                                              | p1
            """)
    void evaluatesThePartThatViewsUse(String expression, String expected) {
        List<Value> result = Expression.compile(expression, Map.of()).evaluate(PATIENT, root(), 0);

        assertThat(String.join(" ", result.stream().map(ExpressionTest::shown).toList()))
                .isEqualTo(expected == null ? "" : expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            name.descendants()            | UNSUPPORTED
            resolve()                     | UNSUPPORTED
            now()                         | UNSUPPORTED
            trace('x')                    | UNSUPPORTED
            id ~ 'a'                      | UNSUPPORTED
            4 days                        | UNSUPPORTED
            4 'mg'                        | UNSUPPORTED
            $total                        | UNSUPPORTED
            first(1)                      | ARGUMENTS
            where()                       | ARGUMENTS
            ofType()                      | ARGUMENTS
            lowBoundary(3)                | ARGUMENTS
            value.ofType(Quantiy)         | UNKNOWN_TYPE
            name.Patient                  | UNKNOWN_TYPE
            Patent.name                   | UNKNOWN_TYPE
            %nothing                      | UNKNOWN_CONSTANT
            @@                            | SYNTAX
            @2020-13-01                   | SYNTAX
            name.                         | SYNTAX
            'open                         | SYNTAX
            (name                         | SYNTAX
            name)                         | SYNTAX
            1a                            | SYNTAX
            a b                           | SYNTAX
            /* open                       | SYNTAX
            """)
    void refusesTheRestWhileCompiling(String expression, Code code) {
        assertThatThrownBy(() -> Expression.compile(expression, Map.of()))
                .isInstanceOfSatisfying(
                        FhirPathException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            name.family > 'a'             | MANY_VALUES
            name.given[name.given]        | MANY_VALUES
            active > 1                    | TYPE
            id + 1                        | TYPE
            -id                           | TYPE
            name[0].getResourceKey()      | TYPE
            active.lowBoundary()          | TYPE
            birthDate > @T10:00           | TYPE
            name[0].ofType(HumanName)     | TYPE_UNKNOWN
            id.ofType(string)             | TYPE_UNKNOWN
            """)
    void refusesWhatHasNoMeaningForTheResource(String expression, Code code) {
        Expression compiled = Expression.compile(expression, Map.of());

        assertThatThrownBy(() -> compiled.evaluate(PATIENT, root(), 0))
                .isInstanceOfSatisfying(
                        FhirPathException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageNotContainingAny("p1", "1970");
    }

    @Test
    void theUnionOperatorIsRefused() {
        assertThatThrownBy(() -> Expression.compile("name | contact", Map.of()))
                .isInstanceOfSatisfying(
                        FhirPathException.class, e -> assertThat(e.code()).isEqualTo(Code.UNSUPPORTED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1E-999999999", "1e101"})
    void numbersOfAbsurdSizeAreRefused(String number) {
        JsonNode resource = ResourceJson.parse("{\"resourceType\":\"Observation\",\"valueDecimal\":" + number + "}");
        Expression sum = Expression.compile("value.ofType(decimal) + 1", Map.of());

        assertThatThrownBy(() -> sum.evaluate(resource, new Value.Element(resource, null, null), 0))
                .isInstanceOfSatisfying(
                        FhirPathException.class, e -> assertThat(e.code()).isEqualTo(Code.NUMBER_LIMIT));
    }

    private static Value root() {
        return new Value.Element(PATIENT, null, null);
    }

    private static String shown(Value value) {
        Value simple = value.simple();
        if (simple instanceof Value.Text text) {
            return text.text();
        }
        if (simple instanceof Value.Numeric numeric) {
            return numeric.number().toPlainString();
        }
        if (simple instanceof Value.Truth truth) {
            return String.valueOf(truth.truth());
        }
        return simple instanceof Moment moment ? moment.text() : "?";
    }
}
