package org.osteon.site.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.protocol.document.HostedRun.Setting;
import org.osteon.protocol.flower.FlowerException;

class AppBundleTest {
    private static final String HEAD =
            "[project]\nname = \"bones\"\nversion = \"1.2.0\"\ndependencies = [\n  \"numpy\",\n]\n\n[tool.flwr.app]\npublisher = 'someone'\n\n";

    private static byte[] bundle(String name, String pyproject) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("first.py"));
            zip.putNextEntry(new ZipEntry(name));
            zip.write(pyproject.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void readsWhatAnAppSetsWithItsKindsAndTables() throws IOException {
        AppBundle app = AppBundle.read(bundle(
                "pyproject.toml",
                HEAD
                        + "[tool.flwr.app.config]\nnum-server-rounds = 3 # three\nlr = 1e-1\nsteps=1_000\nfast = true\nname = \"a # b\"\n\n"
                        + "[tool.flwr.app.config.model]\nwidth = -2\n\n[tool.other]\nlist = [1, 2]\n"));

        assertThat(app.app()).isEqualTo("someone/bones");
        assertThat(app.version()).isEqualTo("1.2.0");
        assertThat(app.defaults().values())
                .containsExactly(
                        new Setting("fast", "truth", "true"),
                        new Setting("lr", "real", "0.1"),
                        new Setting("model.width", "integer", "-2"),
                        new Setting("name", "text", "a # b"),
                        new Setting("num-server-rounds", "integer", "3"),
                        new Setting("steps", "integer", "1000"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[tool.flwr.app.config]\nlist = [1, 2]\n",
                "[tool.flwr.app.config]\ntext = \"\"\"long\n\"\"\"\n",
                "[tool.flwr.app.config]\nescaped = \"a\\tb\"\n",
                "[tool.flwr.app.config]\ninline = {a = 1}\n",
                "[tool.flwr.app.config]\nday = 2026-01-01\n",
                "[tool.flwr.app.config]\na = 1\na = 2\n",
                "[tool.flwr.app.config]\n\"quoted key\" = 1\n",
                "[tool.flwr]\napp.config = {a = 1}\n",
                "[\"tool\".flwr.app.config]\nhidden = 1\n",
                "[tool.flwr]\napp = {config = {hidden = 1}}\n",
                "[tool.flwr]\n\"app\".config.hidden = 1\n",
                "[ tool . flwr . app . config ]\nhidden = 1\n",
                "[tool.other]\ntext = \"\"\"\n[tool.flwr.app.config]\nshown = 1\n\"\"\"\n",
                "[[tool.flwr.app.config]]\nhidden = 1\n"
            })
    void refusesAConfigurationThatTheOfficerWouldNotSeeWhole(String config) throws IOException {
        byte[] bundle = bundle("pyproject.toml", HEAD + config);

        assertThatThrownBy(() -> AppBundle.read(bundle))
                .isInstanceOfSatisfying(
                        FlowerException.class, e -> assertThat(e.code()).isEqualTo("RUN_UNREADABLE"));
    }

    @Test
    void refusesWhatIsNoBundle() throws IOException {
        byte[] nameless = bundle("pyproject.toml", "[project]\nname = \"bones\"\n");
        byte[] without = bundle("setup.py", "");

        assertThatThrownBy(() -> AppBundle.read(nameless)).isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> AppBundle.read(without)).isInstanceOf(FlowerException.class);
        assertThatThrownBy(() -> AppBundle.read(new byte[] {1, 2, 3})).isInstanceOf(FlowerException.class);
    }
}
