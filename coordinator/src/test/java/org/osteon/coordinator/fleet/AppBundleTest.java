package org.osteon.coordinator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.call.CallException;

/** A node looks for its app under the id and version that the run names; both come from the bundle itself. */
class AppBundleTest {
    private static final String PYPROJECT = """
            [build-system]
            build-backend = "hatchling.build"

            [project]
            name = "calibration" # the app
            version = '1.2.0'
            dependencies = ["flwr>=1.23"]

            [tool.flwr.app]
            publisher = "clinic"

            [tool.flwr.app.components]
            name = "not the project's"
            """;

    @Test
    void takesIdAndVersionFromTheTablesThatHoldThem() throws IOException {
        // Given
        byte[] zip = zip("pyproject.toml", PYPROJECT);

        // When
        AppBundle bundle = AppBundle.read(zip);

        // Then
        assertThat(bundle.id()).isEqualTo("clinic/calibration");
        assertThat(bundle.version()).isEqualTo("1.2.0");
        assertThat(bundle.bytes()).isEqualTo(zip);
    }

    @ParameterizedTest
    @ValueSource(strings = {"name = \"calibration\" # the app", "version = '1.2.0'", "publisher = \"clinic\""})
    void refusesABundleThatDoesNotNameItself(String line) throws IOException {
        // Given
        byte[] zip = zip("pyproject.toml", PYPROJECT.replace(line, ""));

        // When
        assertThatThrownBy(() -> AppBundle.read(zip))
                // Then
                .isInstanceOf(CallException.class)
                .hasMessageContaining("names no");
    }

    @Test
    void refusesWhatIsNoBundle() throws IOException {
        // Given
        byte[] whole = zip("pyproject.toml", PYPROJECT);
        byte[] other = zip("setup.py", PYPROJECT);

        // When, Then
        assertThatThrownBy(() -> AppBundle.read(new byte[0])).isInstanceOf(CallException.class);
        assertThatThrownBy(() -> AppBundle.read(PYPROJECT.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CallException.class);
        assertThatThrownBy(() -> AppBundle.read(other)).isInstanceOf(CallException.class);
        assertThatThrownBy(() -> AppBundle.read(Arrays.copyOf(whole, whole.length / 3)))
                .isInstanceOf(CallException.class);
        assertThatThrownBy(() -> AppBundle.read(new byte[11 * 1024 * 1024])).isInstanceOf(CallException.class);
    }

    @Test
    void refusesAnEntryWhoseNameIsNoText() throws IOException {
        // Given: the first byte of the entry's name, behind the 30 bytes of its header
        byte[] zip = zip("pyproject.toml", PYPROJECT);
        zip[30] = (byte) 0xff;

        // When
        assertThatThrownBy(() -> AppBundle.read(zip))
                // Then
                .isInstanceOf(CallException.class);
    }

    private static byte[] zip(String name, String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(text.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return out.toByteArray();
    }
}
