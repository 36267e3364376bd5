package org.osteon.coordinator.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.console.ConsoleSettings;
import org.osteon.console.oidc.OidcSettings;
import org.osteon.protocol.call.TlsIdentity;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.FederationRoot;
import org.osteon.protocol.settings.HostPort;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.settings.SettingsException;
import org.osteon.protocol.sign.KeyFile;
import org.osteon.protocol.sign.SigningKey;

/**
 * A hub's folder.
 *
 * @param folder where
 * @param federation the federation's id
 * @param address host:port it listens on
 * @param console host:port of its pages; absent when they are shut
 * @param fleetHttp host:port of Flower's Fleet calls over HTTP; absent when only gRPC is served
 * @param oidc the login service of its pages; absent when people have local accounts
 * @param control host:port where the {@code flwr} command up to 1.36 is answered over gRPC; absent when it is not
 * @param controlHttp the same for the command from 1.37, which speaks HTTP
 * @param allowUngoverned whether runs over Flower nodes without capsules may be started
 * @param selfRegistrationUntil until when a Flower node that nobody registered may ask to be; absent when none may
 * @param tls its TLS identity
 * @param hubKey signs instructions, receipts and the trust document
 * @param logKey signs checkpoints
 * @param cosignerKey cosigns sites' logs
 * @param root the federation's root
 */
public record HubFolder(
        Path folder,
        String federation,
        String address,
        Optional<String> console,
        Optional<String> fleetHttp,
        Optional<OidcSettings> oidc,
        Optional<String> control,
        Optional<String> controlHttp,
        boolean allowUngoverned,
        Optional<Instant> selfRegistrationUntil,
        TlsIdentity tls,
        SigningKey hubKey,
        SigningKey logKey,
        SigningKey cosignerKey,
        FederationRoot root) {
    /** Roles of people, each with a client key made at init. */
    public static final List<String> CLIENTS = List.of("engineer", "regulator", "operator");

    /** The setting that keeps a port shut. */
    public static final String OFF = ConsoleSettings.OFF;

    private static final Set<String> KEYS = OidcSettings.with(
            "role",
            "federation",
            "address",
            "tlsPin",
            "console",
            "control",
            "controlHttp",
            "fleetHttp",
            "allowUngoverned",
            "selfRegistrationUntil");

    /**
     * Makes a hub: keys, federation root, TLS material, client keys, settings. The folder must be new or empty; when
     * the name or the address is wrong nothing is written.
     */
    public static HubFolder init(
            Path folder, String federation, String address, String console, String fleetHttp, boolean allowUngoverned) {
        HostPort.require("--address", address);
        ConsoleSettings.address(console);
        Optional<String> http = fleetHttp("--fleet-http", fleetHttp);
        SigningKey hub = SigningKey.ed25519();
        SigningKey log = SigningKey.ed25519();
        FederationRoot root = new FederationRoot(
                FederationRoot.SCHEMA,
                federation,
                hub.publicKey(),
                "osteon/" + federation + "/hub",
                log.publicKey(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
        try {
            Files.createDirectories(folder);
            try (var entries = Files.list(folder)) {
                if (entries.findAny().isPresent()) {
                    throw new SettingsException(folder + " is not empty; a hub is made in a new folder");
                }
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            KeyFile.writePlain(folder.resolve("hub.key"), hub);
            KeyFile.writePlain(folder.resolve("log.key"), log);
            KeyFile.writePlain(folder.resolve("cosigner.key"), SigningKey.ed25519());
            Set<String> hosts = new LinkedHashSet<>(List.of(host(address), "localhost"));
            http.ifPresent(also -> hosts.add(host(also)));
            TlsIdentity tls = TlsIdentity.create(folder, List.copyOf(hosts));
            Files.write(folder.resolve("federation-root.json"), root.canonical());
            Path clients = Files.createDirectory(folder.resolve("clients"));
            for (String client : CLIENTS) {
                KeyFile.writePlain(clients.resolve(client + ".key"), SigningKey.ed25519());
            }
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put("role", "hub");
            settings.put("federation", federation);
            settings.put("address", address);
            settings.put("tlsPin", tls.pin().hex());
            settings.put("console", console);
            settings.put("fleetHttp", fleetHttp);
            settings.put("allowUngoverned", allowUngoverned);
            Files.writeString(folder.resolve(Settings.FILE), Settings.format(settings));
            return open(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a hub's folder. */
    public static HubFolder open(Path folder) {
        Settings settings = Settings.read(folder, KEYS);
        if (!"hub".equals(settings.text("role"))) {
            throw new SettingsException(folder + " is not a hub's folder");
        }
        HostPort.require(Settings.FILE + ": address", settings.text("address"));
        try {
            return new HubFolder(
                    folder,
                    settings.text("federation"),
                    settings.text("address"),
                    ConsoleSettings.address(settings.text("console", ConsoleSettings.OFF)),
                    fleetHttp(Settings.FILE + ": fleetHttp", settings.text("fleetHttp", OFF)),
                    OidcSettings.read(settings, folder),
                    control(settings, "control"),
                    control(settings, "controlHttp"),
                    settings.flag("allowUngoverned", false),
                    until(settings.text("selfRegistrationUntil", OFF)),
                    TlsIdentity.open(folder),
                    KeyFile.readPlain(folder.resolve("hub.key")),
                    KeyFile.readPlain(folder.resolve("log.key")),
                    KeyFile.readPlain(folder.resolve("cosigner.key")),
                    CanonicalJson.read(
                            Files.readAllBytes(folder.resolve("federation-root.json")), FederationRoot.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> fleetHttp(String what, String setting) {
        return OFF.equals(setting) ? Optional.empty() : Optional.of(HostPort.require(what, setting));
    }

    private static Optional<Instant> until(String setting) {
        if (OFF.equals(setting)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(setting));
        } catch (DateTimeParseException e) {
            throw new SettingsException(Settings.FILE + ": selfRegistrationUntil must be off or a time such as"
                    + " 2026-11-28T18:00:00Z, was " + setting);
        }
    }

    /** The port it listens on. */
    public int port() {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** The host it listens on. */
    public String host() {
        return host(address);
    }

    private static Optional<String> control(Settings settings, String key) {
        String setting = settings.text(key, ConsoleSettings.OFF);
        if (ConsoleSettings.OFF.equals(setting)) {
            return Optional.empty();
        }
        HostPort.require(Settings.FILE + ": " + key, setting);
        return Optional.of(setting);
    }

    private static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    @Override
    public String toString() {
        return "HubFolder[" + folder.getFileName() + ", " + federation + "]";
    }
}
