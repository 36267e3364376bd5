package org.osteon.protocol.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AggregationTest {
    @Test
    void aStudyWithoutItKeepsItsBytes() {
        Study study = SampleStudy.dp();

        assertThat(CanonicalJson.tree(study).has("aggregation")).isFalse();
        assertThat(Study.read(study.canonical())).isEqualTo(study);
        assertThat(study.aggregation()).isEqualTo(new Aggregation.FedAvg());
    }

    @Test
    void averagingIsWrittenByLeavingItOut() {
        ObjectNode typed = (ObjectNode) CanonicalJson.tree(SampleStudy.dp());
        typed.putObject("aggregation").put("strategy", "fedavg");

        assertThat(CanonicalJson.bind(typed, Study.class).digest())
                .isEqualTo(SampleStudy.dp().digest());
    }

    @Test
    void aStudyNamesItsStrategyWithEveryConstant() {
        Study study = with("{'strategy':'fedadam','serverLearningRate':0.1,'beta1':0.9,'beta2':0.99,'tau':0.001}");

        assertThat(study.aggregation()).isEqualTo(new Aggregation.FedAdam(0.1, 0.9, 0.99, 0.001));
        assertThat(Study.read(study.canonical())).isEqualTo(study);
        assertThat(study.digest()).isNotEqualTo(SampleStudy.dp().digest());
        assertThat(StudyDifference.between(SampleStudy.dp(), study))
                .contains(new StudyDifference("aggregation.strategy", "added", "", "fedadam"))
                .contains(new StudyDifference("aggregation.beta2", "added", "", "0.99"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'strategy':'fedbest'} | JSON_MALFORMED | aggregation",
                "{'strategy':'fedavgm','serverLearningRate':1} | JSON_MALFORMED | momentum",
                "{'strategy':'fedavgm','serverLearningRate':1,'momentum':1} | NUMBER_OUT_OF_RANGE | aggregation.momentum must be 0 to below 1, was 1.0",
                "{'strategy':'fedavgm','serverLearningRate':0,'momentum':0} | NUMBER_OUT_OF_RANGE | aggregation.serverLearningRate must be > 0",
                "{'strategy':'fedadam','serverLearningRate':1,'beta1':0,'beta2':0,'tau':0} | NUMBER_OUT_OF_RANGE | aggregation.tau",
                "{'strategy':'fedmedian','trim':1} | JSON_MALFORMED | trim",
                "{'strategy':'fedmedian'} | STRATEGY_NEEDS_MORE_UPDATES | at least 3 updates in a round, participation.quorum is 2",
                "{'strategy':'krum','byzantine':1} | STRATEGY_NEEDS_MORE_UPDATES | at least 5",
                "{'strategy':'multikrum','byzantine':0,'selected':9} | STRATEGY_NEEDS_MORE_UPDATES | at least 9",
                "{'strategy':'fedtrimmedavg','trim':2} | STRATEGY_NEEDS_MORE_UPDATES | at least 5",
                "{'strategy':'fedprox','proximalMu':0.1} | STRATEGY_NOT_OF_PLAN | proximal term",
                "{'strategy':'fedsgd','serverLearningRate':1} | STRATEGY_NOT_OF_PLAN | plan.steps must be 1",
                "null | JSON_MALFORMED | aggregation"
            })
    void whatDoesNotFitIsRefusedByName(String json, String code, String words) {
        assertThatThrownBy(() -> with(json))
                .isInstanceOf(DocumentException.class)
                .hasMessageContaining(words)
                .extracting(thrown -> ((DocumentException) thrown).code())
                .isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fedavg", "fedsgd", "fedavgm", "fedadagrad", "fedadam", "fedyogi", "fedmedian"})
    void aNameAloneTakesTheUsualConstants(String name) {
        assertThat(Aggregation.of(name, Map.of()).strategy()).isEqualTo(name);
    }

    @Test
    void typedConstantsAreReadAndChecked() {
        assertThat(Aggregation.of("multikrum", Map.of("byzantine", "1", "selected", "3")))
                .isEqualTo(new Aggregation.MultiKrum(1, 3));
        assertThat(Aggregation.of("fedyogi", Map.of("tau", "1e-4")))
                .isEqualTo(new Aggregation.FedYogi(0.01, 0.9, 0.99, 1e-4));
        for (Map<String, String> wrong : List.of(
                Map.<String, String>of(), Map.of("byzantine", "one"), Map.of("byzantine", "NaN"), Map.of("f", "1"))) {
            assertThatThrownBy(() -> Aggregation.of("krum", wrong)).isInstanceOf(DocumentException.class);
        }
        assertThatThrownBy(() -> Aggregation.of("fedbest", Map.of())).hasMessageContaining("fedbest");
    }

    @Test
    void everyNameIsKnownToDocuments() {
        Map<String, String> all =
                Map.of("fedprox", "proximalMu", "fedtrimmedavg", "trim", "krum", "byzantine", "multikrum", "byzantine");
        for (String name : Aggregation.NAMES) {
            Map<String, String> constants = "multikrum".equals(name)
                    ? Map.of("byzantine", "1", "selected", "1")
                    : all.containsKey(name) ? Map.of(all.get(name), "1") : Map.of();

            assertThat(Aggregation.of(name, constants).strategy()).isEqualTo(name);
        }
    }

    private static Study with(String aggregation) {
        ObjectNode typed = (ObjectNode) CanonicalJson.tree(SampleStudy.dp());
        typed.set(
                "aggregation",
                CanonicalJson.readTree(
                        aggregation.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return CanonicalJson.bind(typed, Study.class);
    }
}
