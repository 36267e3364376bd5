package org.osteon.protocol.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a hub's settings are found when none is named: {@code OSTEON_HUB}, then the current folder. */
public final class HubPlace {
    private HubPlace() {}

    /** The folder, if there is one. */
    public static Optional<Path> find() {
        String environment = System.getenv("OSTEON_HUB");
        if (environment != null && !environment.isEmpty()) {
            return Optional.of(Path.of(environment));
        }
        Path here = Path.of("");
        return Files.isRegularFile(here.resolve(Settings.FILE)) ? Optional.of(here) : Optional.empty();
    }
}
