package org.osteon.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.osteon.cli.connect.DaemonFolder;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Failures;
import org.osteon.cli.output.Messages;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.v1.Empty;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code osteon doctor DIR}: what is right and what is not with a hub or a site, without opening its database. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Look at a hub's or a site's folder, its client keys and its port; says what is wrong and what to do.",
        footer = {"", "Example:  osteon doctor hospital-a"})
public final class Doctor extends Verb {
    private static final long LEAST_DISK = 1L << 30;
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    @Parameters(paramLabel = "DIR", description = "the hub's or the site's folder")
    private Path folder = Path.of("");

    private final List<Map<String, Object>> checks = new ArrayList<>();

    @Override
    protected ExitCode run() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw CliException.wrongCall("error.file.missing", folder);
        }
        String role = Settings.read(folder).text("role");
        check("doctor.settings", true, "doctor.settings.ok", role);
        keyFiles();
        disk();
        clients(role);
        boolean ok = checks.stream().allMatch(check -> Boolean.TRUE.equals(check.get("ok")));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("ok", ok);
        view.put("role", role);
        view.put("checks", checks);
        output().answer(view);
        return ok ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
    }

    private void keyFiles() throws IOException {
        List<String> open = new ArrayList<>();
        for (Path place : List.of(folder, folder.resolve("clients"))) {
            if (Files.isDirectory(place) && Files.isReadable(place)) {
                try (Stream<Path> files = Files.list(place)) {
                    for (Path file : files.filter(path -> path.toString().endsWith(".key"))
                            .sorted()
                            .toList()) {
                        if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                            open.add(folder.relativize(file).toString());
                        }
                    }
                }
            }
        }
        check(
                "doctor.keys",
                open.isEmpty(),
                open.isEmpty() ? "doctor.keys.ok" : "doctor.keys.open",
                String.join(", ", open));
    }

    private void disk() throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        String gib = Long.toString(free >> 30);
        check("doctor.disk", free >= LEAST_DISK, free >= LEAST_DISK ? "doctor.disk.ok" : "doctor.disk.full", gib);
    }

    private void clients(String role) {
        boolean hub = "hub".equals(role);
        List<String> known = hub ? List.of("operator", "engineer", "regulator") : List.of("operator", "officer");
        List<String> mine = known.stream()
                .filter(client -> Files.isReadable(folder.resolve("clients").resolve(client + ".key")))
                .toList();
        check(
                "doctor.clients",
                !mine.isEmpty(),
                mine.isEmpty() ? "doctor.clients.none" : "doctor.clients.ok",
                String.join(", ", mine));
        for (String client : mine) {
            try (DaemonFolder daemon = hub ? DaemonFolder.hub(folder, client) : DaemonFolder.site(folder, client)) {
                Empty nothing = Empty.getDefaultInstance();
                String json = hub
                        ? daemon.hub().status(nothing).getJson()
                        : daemon.site().status(nothing).getJson();
                JsonNode status = CanonicalJson.readTree(json.getBytes(StandardCharsets.UTF_8));
                check(
                        "doctor.port",
                        true,
                        "doctor.port.ok",
                        client,
                        daemon.settings().text("address"));
                if ("operator".equals(client)) {
                    state(hub, status);
                }
            } catch (CliException | StatusRuntimeException e) {
                checks.add(row("doctor.port", false, Failures.ending(e).sentence(messages())));
            }
        }
    }

    private void state(boolean hub, JsonNode status) {
        if (hub) {
            long waiting = 0;
            for (JsonNode site : status.path("sites")) {
                waiting += "pending".equals(site.path("state").asText()) ? 1 : 0;
            }
            check(
                    "doctor.sites",
                    waiting == 0,
                    waiting == 0 ? "doctor.sites.ok" : "doctor.sites.waiting",
                    Long.toString(waiting));
            return;
        }
        String state = status.path("state").asText();
        boolean connected = "connected".equals(state);
        check(
                "doctor.hub",
                connected,
                connected ? "doctor.hub.ok" : "stopped".equals(state) ? "doctor.hub.stopped" : "doctor.hub.waiting",
                status.path("hub").asText(),
                status.path("trouble").asText());
        boolean data = !status.path("snapshot").asText().isEmpty();
        check("doctor.snapshot", data, data ? "doctor.snapshot.ok" : "doctor.snapshot.none");
    }

    private void check(String name, boolean ok, String remark, Object... values) {
        checks.add(row(name, ok, messages().say(remark, values)));
    }

    private Map<String, Object> row(String name, boolean ok, String remark) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put(
                "check",
                output().json()
                        ? name.substring("doctor.".length())
                        : messages().say(name));
        row.put("ok", ok);
        row.put("remarks", remark);
        return row;
    }

    private Messages messages() {
        return output().messages();
    }
}
