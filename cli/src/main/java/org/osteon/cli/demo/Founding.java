package org.osteon.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.document.CanonicalJson;

/** Hub and hospitals come up, and each hospital maps its data. */
final class Founding extends Act {
    private String hubAddress = "";
    private String hubPin = "";
    private String federation = "";
    private String rogueFingerprint = "";

    Founding(Stage stage) {
        super(stage);
    }

    /** Everybody up to the mapped data. */
    void play() throws IOException, InterruptedException {
        people();
        startHub();
        startSites();
        mapData();
    }

    private void people() throws IOException {
        Files.createDirectories(stage.people());
        byte[] raw = new byte[16];
        new SecureRandom().nextBytes(raw);
        Files.writeString(passphrase, HexFormat.of().formatHex(raw) + "\n");
        int user = 10;
        List<String> all = new ArrayList<>(Stage.HOSPITALS);
        all.add(Stage.ROGUE);
        all.add("releaser");
        all.add("declarer");
        for (String person : all) {
            Path place = Files.createDirectories(stage.people().resolve(person));
            verbs.done(
                    "officer",
                    "key",
                    "new",
                    place.resolve("officer.key").toString(),
                    "--passphrase-file",
                    passphrase.toString());
            Files.copy(place.resolve("officer.key.pub"), stage.people().resolve(person + ".pub"));
            Files.setPosixFilePermissions(place, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
            walls.give(place, user++);
        }
    }

    private void startHub() throws IOException, InterruptedException {
        step("demo.hub");
        Files.createDirectories(folder.resolve("hub"));
        walls.give(folder.resolve("hub"), 0);
        daemons.finish(
                "hub-init",
                daemons.launch(
                        "hub-init",
                        walls.prefix(0),
                        List.of(
                                "coordinator",
                                "init",
                                hub,
                                "--address",
                                "127.0.0.1:" + freePort(),
                                "--console",
                                "127.0.0.1:" + freePort())));
        Daemons.Daemon daemon =
                daemons.start("hub", folder.resolve("hub"), walls.prefix(0), List.of("coordinator", "start", hub));
        hubAddress = daemons.ready(daemon);
        JsonNode status = verbs.done("coordinator", "status", hub);
        hubPin = status.path("tlsPin").asText();
        federation = status.path("federation").asText();
        say("demo.hub.ready", hubAddress, federation);
        stage.process(daemon, List.of(hubAddress));
        for (String[] key : new String[][] {{"releaser", "releaser"}, {"declaration", "declarer"}}) {
            verbs.done(
                    "coordinator",
                    "add-key",
                    hub,
                    "--role",
                    key[0],
                    "--holder",
                    "Prof Li",
                    "--key",
                    stage.people().resolve(key[1] + ".pub").toString());
        }
    }

    /** The federation's name, once the hub is up. */
    String federation() {
        return federation;
    }

    /** The key by which the lying site enrolled. */
    String rogueFingerprint() {
        return rogueFingerprint;
    }

    private void startSites() throws IOException, InterruptedException {
        step("demo.sites");
        Map<String, Process> inits = new LinkedHashMap<>();
        List<String> all = new ArrayList<>(Stage.HOSPITALS);
        all.add(Stage.ROGUE);
        for (String site : all) {
            int user = all.indexOf(site) + 1;
            Path place = Files.createDirectories(folder.resolve(site));
            walls.give(place, user);
            String token = verbs.done("coordinator", "enrol", hub, "--site", site)
                    .path("token")
                    .asText();
            List<String> arguments = new ArrayList<>(List.of(
                    "site",
                    "init",
                    place.toString(),
                    "--hub",
                    hubAddress,
                    "--token",
                    token,
                    "--hub-pin",
                    hubPin,
                    "--address",
                    "127.0.0.1:" + freePort(),
                    "--console",
                    Stage.ROGUE.equals(site) ? "off" : "127.0.0.1:" + freePort(),
                    "--officer",
                    stage.people().resolve(site + ".pub").toString(),
                    "--epsilon-ceiling",
                    "hospital-c".equals(site) ? "3" : "5",
                    "--epsilon-total",
                    "10",
                    "--delta-ceiling",
                    "1e-5",
                    "--k",
                    "10",
                    "--json"));
            if (walls.shown()) {
                arguments.addAll(List.of(
                        "--officer-key-folder", stage.people().resolve(site).toString()));
            } else if ("root".equals(System.getProperty("user.name"))) {
                arguments.add("--allow-root");
            }
            inits.put(site, daemons.launch(site + "-init", walls.prefix(user), arguments));
        }
        Map<String, Daemons.Daemon> agents = new LinkedHashMap<>();
        for (String site : all) {
            String answer = daemons.finish(site + "-init", of(inits, site));
            String fingerprint = CanonicalJson.readTree(answer.strip().getBytes(StandardCharsets.UTF_8))
                    .path("nodeKey")
                    .asText();
            if (!Stage.ROGUE.equals(site)) {
                verbs.done("coordinator", "confirm", hub, "--site", site, "--fingerprint", fingerprint);
                agents.put(
                        site,
                        daemons.start(
                                site,
                                folder.resolve(site),
                                walls.prefix(all.indexOf(site) + 1),
                                List.of("site", "start", folder.resolve(site).toString())));
                say("demo.site.enrolled", site, fingerprint);
            } else {
                rogueFingerprint = fingerprint;
            }
        }
        for (Map.Entry<String, Daemons.Daemon> agent : agents.entrySet()) {
            stage.process(agent.getValue(), List.of(daemons.ready(agent.getValue())));
        }
    }

    private void mapData() throws IOException {
        step("demo.map");
        List<List<String>> rows = new ArrayList<>();
        rows.add(headings("site", "source", "read", "mapped", "filtered", "duplicate", "rejected", "quarantined"));
        for (String site : Stage.HOSPITALS) {
            Path snapshot = folder.resolve("snapshots").resolve(site);
            Files.createDirectories(folder.resolve("snapshots"));
            JsonNode mapped = verbs.done(
                    "data",
                    "map",
                    "--input",
                    home.resolve("sample-data").resolve(site).toString(),
                    "--out",
                    snapshot.toString(),
                    "--site",
                    folder.resolve(site).toString());
            Map<String, long[]> kinds = new LinkedHashMap<>();
            for (JsonNode source : mapped.path("sources")) {
                long[] sums = kinds.computeIfAbsent(kind(source), unused -> new long[6]);
                String[] names = {"read", "mapped", "filtered", "duplicate", "rejected", "quarantined"};
                for (int i = 0; i < names.length; i++) {
                    sums[i] += source.path(names[i]).asLong();
                }
            }
            kinds.forEach((kind, sums) -> {
                List<String> row = new ArrayList<>(List.of(site, kind));
                for (long sum : sums) {
                    row.add(Long.toString(sum));
                }
                rows.add(row);
            });
            walls.give(snapshot, Stage.HOSPITALS.indexOf(site) + 1);
            verbs.done("site", "data", "add", folder.resolve(site).toString(), snapshot.toString());
        }
        table(rows);
        say("demo.map.balance");
    }

    private static String kind(JsonNode source) {
        return switch (source.path("unit").asText()) {
            case "row" -> "CSV";
            case "file" -> "DICOM";
            default -> "FHIR";
        };
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
