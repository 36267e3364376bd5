package org.osteon.coordinator.round;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The app bundle that a governed run names: a valid one without code, since no code travels to a hospital. */
final class StubFab {
    private static final String PYPROJECT = """
            [project]
            name = "run"
            version = "1.0.0"
            [tool.flwr.app]
            publisher = "osteon"
            [tool.flwr.app.components]
            serverapp = "none:app"
            clientapp = "none:app"
            """;

    private StubFab() {}

    static byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry("pyproject.toml");
            entry.setTimeLocal(java.time.LocalDateTime.of(2024, 10, 1, 0, 0));
            zip.putNextEntry(entry);
            zip.write(PYPROJECT.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
