package org.osteon.site.settings;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osteon.console.ConsoleSettings;
import org.osteon.console.oidc.OidcSettings;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.settings.Settings;

/**
 * A site's {@code osteon.toml}.
 *
 * @param folder the site's folder
 * @param site the site's name
 * @param federation the federation
 * @param address where the site's own port listens, host:port on loopback
 * @param console host:port of its pages; absent when they are shut
 * @param oidc the login service of its pages; absent when people have local accounts
 * @param hub the hub's address
 * @param hubPin SHA-256 of the hub's TLS key
 * @param fleet where Flower's calls go: the hub, or a Flower SuperLink that only carries the hub's signed instructions
 * @param fleetPin SHA-256 of that server's TLS key
 * @param fleetCarrier how Flower's calls travel to that server
 * @param fleetRegisters whether the site makes its own node key known to that server
 * @param officerKeyFolders folders that must not hold a readable officer's private key
 * @param allowRoot whether the agent may run as root
 * @param policy the hospital's rules
 * @param hosted what hosted ClientApps get; absent when none is hosted
 */
public record SiteSettings(
        Path folder,
        String site,
        String federation,
        String address,
        Optional<String> console,
        Optional<OidcSettings> oidc,
        String hub,
        Digest hubPin,
        String fleet,
        Digest fleetPin,
        FleetCarrier fleetCarrier,
        boolean fleetRegisters,
        List<Path> officerKeyFolders,
        boolean allowRoot,
        SitePolicy policy,
        Optional<HostedSettings> hosted) {
    private static final Set<String> KEYS = known(
            "role",
            "site",
            "federation",
            "address",
            "tlsPin",
            "console",
            "hub",
            "hubPin",
            "fleet",
            "fleetPin",
            "fleetCarrier",
            "fleetRegisters",
            "officerKeyFolders",
            "allowRoot",
            "epsilonCeiling",
            "epsilonTotal",
            "deltaCeiling",
            "k",
            "allowExact",
            "officersNeeded");

    private static Set<String> known(String... own) {
        Set<String> keys = new HashSet<>(OidcSettings.with(own));
        keys.addAll(HostedSettings.KEYS);
        return Set.copyOf(keys);
    }

    /** Reads the settings; unknown keys are refused. */
    public static SiteSettings read(Path folder) {
        Settings settings = Settings.read(folder, KEYS);
        return new SiteSettings(
                folder,
                settings.text("site"),
                settings.text("federation"),
                settings.text("address"),
                ConsoleSettings.address(settings.text("console", ConsoleSettings.OFF)),
                OidcSettings.read(settings, folder),
                settings.text("hub"),
                new Digest(settings.text("hubPin")),
                settings.text("fleet", settings.text("hub")),
                new Digest(settings.text("fleetPin", settings.text("hubPin"))),
                FleetCarrier.of(settings.text("fleetCarrier", FleetCarrier.GRPC.word())),
                settings.flag("fleetRegisters", false),
                settings.texts("officerKeyFolders").stream().map(Path::of).toList(),
                settings.flag("allowRoot", false),
                SitePolicy.of(settings),
                HostedSettings.read(settings));
    }

    /** Whether Flower's calls go to another server than the hub. */
    public boolean fleetElsewhere() {
        return !fleet.equals(hub);
    }

    /** The host the site's own port listens on. */
    public String host() {
        return address.substring(0, address.lastIndexOf(':'));
    }

    /** The site's own port. */
    public int port() {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
