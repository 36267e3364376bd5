package org.osteon.adapters.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.adapters.view.ViewException.Code;

class ViewTest {
    private static final String OBSERVATION = """
            {"resourceType":"Observation","id":"o1","status":"final","issued":"2020-01-01T00:00:00Z",
             "valueQuantity":{"value":1.50},"component":[{"valueInteger":3},{"valueInteger":4}]}""";

    @Test
    void valuesHaveTheClassOfTheirColumnAndDecimalsKeepTheirDigits() {
        View view = compile("""
                {"resource":"Observation","select":[{"column":[
                 {"name":"id","path":"id"},
                 {"name":"v","path":"value.ofType(Quantity).value","type":"decimal",
                  "tag":[{"name":"ansi/type","value":"DOUBLE PRECISION"}]},
                 {"name":"n","path":"component.value.ofType(integer)","type":"integer","collection":true},
                 {"name":"ok","path":"status = 'final'","type":"boolean"},
                 {"name":"many","path":"component.count()","type":"integer64"},
                 {"name":"none","path":"note.text","type":"markdown"}]}]}""");

        List<Row> rows = view.rows(ResourceJson.parse(OBSERVATION));

        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).toMap().values())
                .containsExactly("o1", new BigDecimal("1.50"), List.of(3, 4), true, 2L, null);
        assertThat(view.columns().get(1)).isEqualTo(new Column("v", "decimal", false, "DOUBLE PRECISION"));
        assertThat(rows.get(0)).hasToString("Row[6 values]");
    }

    @Test
    void resourcesOfAnotherTypeGiveNoRows() {
        View view = compile("{\"resource\":\"Patient\",\"select\":[{\"column\":[{\"name\":\"id\",\"path\":\"id\"}]}]}");

        assertThat(view.rows(ResourceJson.parse(OBSERVATION))).isEmpty();
        assertThat(view.isFor(ResourceJson.parse(OBSERVATION))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            status             | decimal | VALUE_TYPE
            value              | string  | VALUE_TYPE
            value.value        | integer | VALUE_TYPE
            component          | string  | MANY_VALUES
            id + 1             | string  | EVALUATION
            """)
    void aValueThatDoesNotFitIsAnErrorNamingTheColumnAndNoValue(String path, String type, Code code) {
        View view = compile(("{\"resource\":\"Observation\",\"select\":[{\"column\":[{\"name\":\"c1\",\"path\":\"%s\","
                        + "\"type\":\"%s\"}]}]}")
                .formatted(path, type));

        assertThatThrownBy(() -> view.rows(ResourceJson.parse(OBSERVATION)))
                .isInstanceOfSatisfying(
                        ViewException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining("'c1'")
                .hasMessageNotContainingAny("o1", "final", "1.5");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"resource":"Patient"}                                                               | DEFINITION
            {"resource":"Patent","select":[{"column":[{"name":"a","path":"id"}]}]}               | DEFINITION
            {"resource":"Patient","wheres":[],"select":[{"column":[{"name":"a","path":"id"}]}]}  | DEFINITION
            {"resource":"Patient","select":[{"columns":[]}]}                                     | DEFINITION
            {"resource":"Patient","select":[{}]}                                                 | DEFINITION
            {"resource":"Patient","select":[{"column":[{"name":"1a","path":"id"}]}]}             | DEFINITION
            {"resource":"Patient","select":[{"column":[{"name":"a","path":"id","type":"HumanName"}]}]} | DEFINITION
            {"resource":"Patient","select":[{"forEach":"name","repeat":["a"],"column":[{"name":"a","path":"id"}]}]} | DEFINITION
            {"resource":"Patient","constant":[{"name":"c","valueDate":"soon"}],"select":[{"column":[{"name":"a","path":"id"}]}]} | DEFINITION
            {"resource":"Patient","constant":[{"name":"c","valueInteger":"1"}],"select":[{"column":[{"name":"a","path":"id"}]}]} | DEFINITION
            {"resource":"Patient","select":[{"column":[{"name":"a","path":"id"},{"name":"a","path":"id"}]}]} | COLUMNS
            {"resource":"Patient","select":[{"column":[{"name":"a","path":"matches('x')"}]}]}    | EXPRESSION
            {"resource":"Patient","select":[{"column":[{"name":"a","path":"id"}]}],"where":[{"path":"now()"}]} | EXPRESSION
            """)
    void aDefinitionThatCannotBeMeantIsRefused(String json, Code code) {
        assertThatThrownBy(() -> compile(json))
                .isInstanceOfSatisfying(
                        ViewException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void selectsThatNestTooDeepAreRefused() {
        String deep = "{\"select\":[".repeat(40) + "{\"column\":[{\"name\":\"a\",\"path\":\"id\"}]}" + "]}".repeat(40);

        assertThatThrownBy(() -> compile("{\"resource\":\"Patient\",\"select\":[" + deep + "]}"))
                .isInstanceOfSatisfying(
                        ViewException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT));
    }

    @ParameterizedTest
    @CsvSource({"$this", "%resource", "%resource.component"})
    void aRepeatThatNeverEndsIsRefused(String path) {
        View view = compile(
                "{\"resource\":\"Observation\",\"select\":[{\"repeat\":[\"%s\"],\"column\":[{\"name\":\"a\",\"path\":\"id\"}]}]}"
                        .formatted(path));

        assertThatThrownBy(() -> view.rows(ResourceJson.parse(OBSERVATION)))
                .isInstanceOfSatisfying(
                        ViewException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT));
    }

    @Test
    void aCrossProductThatExplodesIsRefused() {
        StringBuilder selects = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            selects.append(i == 0 ? "" : ",")
                    .append("{\"forEach\":\"component\",\"column\":[{\"name\":\"c%d\",\"path\":\"id\"}]}".formatted(i));
        }
        View view = compile("{\"resource\":\"Observation\",\"select\":[" + selects + "]}");

        assertThatThrownBy(() -> view.rows(ResourceJson.parse(OBSERVATION)))
                .isInstanceOfSatisfying(
                        ViewException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"a":1,"a":2}
            [1]
            {"secret":
            {} {}
            """)
    void textThatIsNotOneObjectIsRefusedWithoutQuotingIt(String text) {
        assertThatThrownBy(() -> ResourceJson.parse(text))
                .isInstanceOfSatisfying(
                        ViewException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_JSON))
                .hasMessageNotContaining("secret")
                .hasNoCause();
    }

    @Test
    void jsonNestedBeyondTheLimitIsRefused() {
        String deep = "{\"a\":".repeat(200) + "1" + "}".repeat(200);

        assertThatThrownBy(() -> ResourceJson.parse(deep))
                .isInstanceOfSatisfying(
                        ViewException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_JSON));
    }

    @Test
    void theRowOfNullsHoldsNothingButTheRowIndex() {
        View view = compile("""
                {"resource":"Observation","select":[{"forEachOrNull":"note","column":[
                  {"name":"literal","path":"'x'"},{"name":"there","path":"exists()","type":"boolean"},
                  {"name":"list","path":"text","collection":true},{"name":"i","path":"%rowIndex","type":"integer"}],
                 "unionAll":[{"column":[{"name":"u","path":"'a'"}]},{"column":[{"name":"u","path":"'b'"}]}]}]}""");

        List<Row> rows = view.rows(ResourceJson.parse(OBSERVATION));

        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).toMap().values()).containsExactly(null, null, null, 0, null);
    }

    private static View compile(String json) {
        return View.compile(ResourceJson.parse(json));
    }
}
