package org.osteon.adapters.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.adapters.parquet.TableColumn;

class ProfileTest {
    private static final String PATIENT = "{'name':'patient','from':'id','action':'pseudonym'}";

    @TempDir
    Path folder;

    @Test
    void theBuiltInOneCompilesAndKeepsNoTextWithoutAList() {
        Profile profile = Profile.builtIn();

        assertThat(profile.views()).extracting(view -> view.schema().name()).contains("patient", "observation");
        assertThat(profile.tables()).extracting(table -> table.schema().name()).containsExactly("export", "glow");
        assertThat(profile.tables().get(0).schema().columns())
                .extracting(TableColumn::name)
                .containsExactly(
                        "patient",
                        "female",
                        "age",
                        "height",
                        "weight",
                        "t_score",
                        "prior_fracture",
                        "parent_hip_fracture",
                        "smoking",
                        "alcohol",
                        "glucocorticoid",
                        "rheumatoid_arthritis",
                        "falls",
                        "fracture");
        assertThat(profile.digest()).isEqualTo(Profile.builtIn().digest());
        assertThat(profile.quasiIdentifiers()).contains("export.age");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'name':'x','from':'x'}                                                      | action must be text
            {'name':'x','from':'x','action':'guess'}                                     | unknown action guess
            {'name':'x','from':'x','action':'keep','type':'string'}                      | list of its values
            {'name':'x','from':'x','action':'keep','type':'double'}                      | need a range
            {'name':'x','from':'x','action':'keep','type':'date'}                        | type must be
            {'name':'x','from':'x','action':'keep','type':'double','min':0,'max':1,'y':1} | unknown member y
            {'name':'X','from':'x','action':'year'}                                      | a-z
            {'name':'patient','from':'x','action':'year'}                                | two columns of one name
            {'name':'x','from':'x','action':'category','map':{}}                         | values of one kind
            {'name':'x','from':'x','action':'category','map':{'a':1,'b':'c'}}            | values of one kind
            {'name':'x','from':'x','action':'age-band','at':'soon'}                      | must be a date
            {'name':'x','from':'x','action':'generalise','min':0,'max':9,'step':0}       | step must be > 0
            {'name':'x','from':'gone','action':'year'}                                   | which the table drops
            """)
    void refusesColumnsThatSayTooLittle(String column, String message) {
        assertThatThrownBy(() ->
                        read("'tables':[{'table':'t','drop':['gone'],'columns':[" + PATIENT + "," + column + "]}]"))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesATableThatIsNotByPatientPseudonym() {
        assertThatThrownBy(() -> read("'tables':[{'table':'t','columns':[{'name':'x','from':'x','action':'year'}]}]"))
                .hasMessageContaining("patient");
        assertThatThrownBy(() -> read("'tables':[{'table':'t','columns':[{'name':'patient','from':'x','action':"
                        + "'keep','type':'string','values':['a']}]}]"))
                .hasMessageContaining("must be a pseudonym");
        assertThatThrownBy(() -> read("'tables':[{'table':'t','columns':[{'name':'patient','from':'x','action':"
                        + "'pseudonym','domain':'device'}]}]"))
                .hasMessageContaining("domain patient");
    }

    @Test
    void refusesAViewColumnWithoutAnAction() {
        String view = "'views':[{'table':'t','view':{'resource':'Patient','select':[{'column':["
                + "{'name':'patient','path':'id'},{'name':'sex','path':'gender'}]}]},"
                + "'actions':{'patient':{'action':'pseudonym'}%s}}]";

        assertThatThrownBy(() -> read(view.formatted("")))
                .hasMessageContaining("column sex has no de-identification action");
        assertThatThrownBy(() -> read(view.formatted(",'sex':{'action':'drop'},'name':{'action':'drop'}")))
                .hasMessageContaining("no column name");
    }

    @Test
    void refusesUnknownDocuments() {
        assertThatThrownBy(() -> read("'more':1")).hasMessageContaining("unknown member more");
        assertThatThrownBy(() -> read("'quasiIdentifiers':['t.x']")).hasMessageContaining("t.x");
        assertThatThrownBy(() -> Profile.read(folder.resolve("absent"))).isInstanceOf(ProfileException.class);
    }

    @Test
    void aDroppedColumnIsNotInTheTable() throws IOException {
        Profile profile = read("'tables':[{'table':'t','columns':[" + PATIENT
                + ",{'name':'x','from':'x','action':'drop'},{'name':'y','from':'y','action':'year'}]}]");

        assertThat(profile.tables().get(0).schema().columns())
                .extracting(TableColumn::name)
                .containsExactly("patient", "y");
        assertThat(profile.tables().get(0).fits(List.of("id", "y", "extra"))).isTrue();
        assertThat(profile.tables().get(0).fits(List.of("id", "y", "y"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'action':'keep','type':'double','min':0,'max':10}            | 3.25        | 3.25
            {'action':'keep','type':'double','min':0,'max':10}            | 13800138000 | VALUE_OUT_OF_RANGE
            {'action':'keep','type':'double','min':0,'max':10}            | about 3     | VALUE_UNEXPECTED
            {'action':'keep','type':'double','min':0,'max':10}            | NaN         | VALUE_UNEXPECTED
            {'action':'keep','type':'int64','min':0,'max':10}             | 3           | 3
            {'action':'keep','type':'int64','min':0,'max':10}             | 3.5         | VALUE_UNEXPECTED
            {'action':'keep','type':'boolean'}                            | true        | true
            {'action':'keep','type':'boolean'}                            | yes         | VALUE_UNEXPECTED
            {'action':'keep','type':'string','values':['a']}              | a           | a
            {'action':'keep','type':'string','values':['a']}              | b           | VALUE_UNEXPECTED
            {'action':'keep','type':'string','values':['a'],'otherwise':'filter'} | b   | CODE_NOT_LISTED
            {'action':'category','map':{'男':0,'女':1}}                     | 女          | 1
            {'action':'category','map':{'男':0,'女':1}}                     | F           | VALUE_UNEXPECTED
            {'action':'cap','min':0,'max':130,'cap':90}                   | 93          | 90.0
            {'action':'cap','min':0,'max':130,'cap':90}                   | 89          | 89.0
            {'action':'cap','min':0,'max':130,'cap':90}                   | 131         | VALUE_OUT_OF_RANGE
            {'action':'generalise','min':0,'max':300,'step':5}            | 163.9       | 160.0
            {'action':'year'}                                             | 2024-03-01T10:00:00Z | 2024
            {'action':'year'}                                             | 20240301    | 2024
            {'action':'year'}                                             | 03/01/2024  | VALUE_UNEXPECTED
            {'action':'year'}                                             | 1399-01-01  | VALUE_OUT_OF_RANGE
            {'action':'age-band','at':'2026-01-01'}                       | 1955-05-24  | 70-79
            {'action':'age-band','at':'2026-01-01'}                       | 1920        | 90+
            {'action':'age-band','at':'2026-01-01'}                       | 2030-01-01  | VALUE_OUT_OF_RANGE
            {'action':'age-band','at':'2026-01-01'}                       | unknown     | VALUE_UNEXPECTED
            {'action':'year','missing':['-']}                             | -           | null
            {'action':'year','required':true}                             | ' '         | VALUE_MISSING
            {'action':'pseudonym','domain':'device'}                      | 17          | 9d3ae4aee8c7da9c29d8b2ae35b4e0b2
            """)
    void actionsTakeOnlyWhatTheyExpect(String action, String raw, String expected) throws IOException {
        Profile profile = read("'tables':[{'table':'t','columns':[" + PATIENT + ",{'name':'x','from':'x',"
                + action.substring(1) + "]}]");
        CsvMapping.Bound table = profile.tables().get(0).bind(List.of("id", "x"));
        String value;
        try {
            value = String.valueOf(table.row(List.of("1", raw), new Pseudonyms(new byte[16]))[1]);
        } catch (UnitRefused e) {
            value = e.reason().code();
        }

        if (action.contains("pseudonym")) {
            assertThat(value).matches("[0-9a-f]{32}").isNotEqualTo(new Pseudonyms(new byte[16]).ofPatient(raw));
        } else {
            assertThat(value).isEqualTo(expected);
        }
    }

    @Test
    void aPatientIsTheSameFromEverySource() {
        Pseudonyms pseudonyms = new Pseudonyms(new byte[32]);

        assertThat(pseudonyms.ofPatient("Patient/17"))
                .isEqualTo(pseudonyms.ofPatient(" 17 "))
                .isEqualTo(pseudonyms.of(Pseudonyms.PATIENT, "17"))
                .matches("[0-9a-f]{32}")
                .isNotEqualTo(pseudonyms.of("device", "17"))
                .isNotEqualTo(new Pseudonyms(new byte[] {1}).ofPatient("17"));
    }

    private Profile read(String members) throws IOException {
        String json = "{'schema':'osteon.mapping-profile/1','name':'test','version':1," + members + "}";
        Path file = folder.resolve("profile.json");
        Files.write(file, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        return Profile.read(file);
    }
}
