package org.osteon.learning.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osteon.learning.LearningException;
import org.osteon.learning.NamedArrays;
import org.osteon.learning.SampleModels;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Study.Feature;
import org.osteon.protocol.document.Study.ModelSpec;

class TemplatesTest {
    @Test
    void linearTemplatesStartAtZero() {
        assertThat(SampleModels.initial(SampleModels.model("logistic", "float32"))
                        .flat())
                .containsOnly(0);
        assertThat(SampleModels.initial(SampleModels.model("softmax", "float32"))
                        .flat())
                .containsOnly(0);
    }

    @Test
    void mlpStartsFromTheSeedAloneToTheBit() {
        // When
        NamedArrays model = SampleModels.initial(SampleModels.model("mlp", "float32"));

        // Then: the first output of SplitMix64 for seed 42 is 0xBDD732262FEB6E95
        double first = (2 * ((0xBDD732262FEB6E95L >>> 11) * 0x1.0p-53) - 1) * Math.sqrt(6.0 / 12);
        assertThat(model.get("layer1.weight")[0]).isEqualTo((float) first);
        assertThat(model.get("layer2.bias")).containsOnly(0);
        assertThat(Arrays.stream(model.get("layer1.weight")).distinct().count()).isEqualTo(35);
        assertThat(NamedArrays.ofPayload(model.specs(), model.payload()).flat()).containsExactly(model.flat());
    }

    @Test
    void arraysThatAreNotTheTemplatesAreRefused() {
        ModelSpec model = new ModelSpec(
                "logistic",
                List.of(),
                List.of(ArraySpec.shared("weight", "float32", 1, 4), ArraySpec.shared("bias", "float32", 1)),
                0);

        assertThatThrownBy(() -> Network.of(model, 5, 2))
                .isInstanceOfSatisfying(
                        LearningException.class, e -> assertThat(e.code()).isEqualTo("TEMPLATE_MISMATCH"))
                .hasMessageContaining("weight [1, 5]");
        assertThatThrownBy(() -> Network.of(SampleModels.model("logistic", "float32"), 5, 3))
                .isInstanceOf(LearningException.class);
    }

    @Test
    void inputsAreScaledByPublicConstantsAndMissingOnesBecomeTheCenter() {
        // When
        var data = org.osteon.learning.TrainingData.scaled(
                List.of(new Feature("age", 70, 10), new Feature("smoker", 0, 1)),
                new double[][] {{85, 1}, {Double.NaN, Double.NaN}},
                new int[] {0, 1},
                new String[] {"a", "b"});

        // Then
        assertThat(data.features(0)).containsExactly(1.5, 1);
        assertThat(data.features(1)).containsExactly(0, 0);
    }
}
