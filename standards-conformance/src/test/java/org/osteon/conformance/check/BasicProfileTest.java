package org.osteon.conformance.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class BasicProfileTest {
    private static final Path SHARED = Path.of("..", "..", "shared", "data", "dicom", "standard");

    @Test
    void knowsPatternsAndExactTags() {
        BasicProfile profile = BasicProfile.standard();
        assertThat(profile.rule("00100010")).contains(new BasicProfile.Rule("Patient's Name", "Z"));
        assertThat(profile.rule("50020010")).isPresent();
        assertThat(profile.rule("00280010")).isEmpty();
    }

    /** Held against the other extract of the standard that the folder of shared data holds. */
    @Test
    void everyRuleOfTheTableIsHere() throws IOException {
        Path file = SHARED.resolve("confidentiality_profile_attributes.json");
        if (!Files.exists(file)) {
            assertThat(List.of(System.getProperty("osteon.require", "").split(",")))
                    .doesNotContain("shared");
            Assumptions.abort("no folder shared/ beside the clone");
        }
        int rules = 0;
        for (JsonNode rule : new ObjectMapper().readTree(file.toFile())) {
            String tag = rule.path("tag").asText().replaceAll("[(),]", "");
            if (tag.matches("[0-9A-Fa-fXx]{8}")) {
                rules++;
                String concrete = tag.toUpperCase(java.util.Locale.ROOT).replace('X', '2');
                assertThat(BasicProfile.standard().rule(concrete))
                        .as(tag)
                        .get()
                        .extracting(BasicProfile.Rule::action)
                        .isEqualTo(rule.path("basicProfile").asText().replace("*", ""));
            }
        }
        assertThat(BasicProfile.standard().size()).isEqualTo(rules);
    }
}
