package org.osteon.protocol.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void readsWhatItFormatted() {
        // Given
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("site", "hospital \"A\"\\");
        values.put("epsilonCeiling", 3.5);
        values.put("allowRoot", true);
        values.put("officers", List.of("a", "b, c"));

        // When
        Settings settings = Settings.parse("# head\n" + Settings.format(values));

        // Then
        assertThat(settings.text("site")).isEqualTo("hospital \"A\"\\");
        assertThat(settings.number("epsilonCeiling", 0)).isEqualTo(3.5);
        assertThat(settings.flag("allowRoot", false)).isTrue();
        assertThat(settings.texts("officers")).containsExactly("a", "b, c");
    }

    @Test
    void refusesTablesDuplicatesAndLooseText() {
        for (String text :
                List.of("[table]", "a = 1\na = 2", "a = \"x\" y", "a = \"x", "a = [\"x\"", "a =", "a = [1]")) {
            assertThatThrownBy(() -> Settings.parse(text)).as(text).isInstanceOf(SettingsException.class);
        }
    }
}
