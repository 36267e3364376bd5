package org.osteon.cli.connect;

import java.nio.file.Files;
import java.nio.file.Path;
import org.osteon.cli.output.CliException;
import org.osteon.protocol.settings.HubPlace;
import org.osteon.protocol.settings.Settings;
import picocli.CommandLine.Option;

/** {@code --hub DIR} and {@code --as ROLE}; the hub is also found in {@code OSTEON_HUB} and in the current folder. */
public final class HubOption {
    @Option(
            names = "--hub",
            paramLabel = "DIR",
            description =
                    "the hub's folder, or a client folder with its osteon.toml and clients/ (default: OSTEON_HUB, then the current folder)")
    private String hub = "";

    @Option(
            names = "--as",
            paramLabel = "ROLE",
            description = "whose client key to use: engineer, regulator or operator")
    private String role = "";

    /** Connects as the given role unless {@code --as} names another. */
    public DaemonFolder connect(String defaultRole) {
        return DaemonFolder.hub(folder(hub), role.isEmpty() ? defaultRole : role);
    }

    /** The folder of a hub that is named, or found where none is. */
    public static Path folder(String hub) {
        if (hub.isEmpty()) {
            return HubPlace.find().orElseThrow(() -> CliException.wrongCall("error.hub.which", Settings.FILE));
        }
        if (hub.matches(".+:[0-9]+") && !Files.exists(Path.of(hub))) {
            throw CliException.wrongCall("error.hub.address", hub, Settings.FILE);
        }
        return Path.of(hub);
    }
}
