package org.osteon.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.osteon.cli.output.CliException;
import org.osteon.cli.output.ExitCode;
import org.osteon.cli.output.Table;
import org.osteon.cli.output.Verb;
import org.osteon.protocol.document.CanonicalJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code osteon demo}: the whole path with a hub, three hospitals and a site that lies. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "The whole path with three hospitals, as processes of their own on this machine.",
        footer = {"", "Example:  osteon demo --exit"})
public final class Demo extends Verb {
    private static final List<String> HOSPITALS = List.of("hospital-a", "hospital-b", "hospital-c");
    private static final Map<String, String> OFFICERS =
            Map.of("hospital-a", "Dr Wang", "hospital-b", "Dr Chen", "hospital-c", "Dr Zhao");
    private static final String ROGUE = "clinic-d";

    @Option(names = "--exit", description = "end the processes at the end")
    private boolean exit;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "keep everything here (default: a new folder under target/)")
    private String out = "";

    @Option(names = "--seed", paramLabel = "N", description = "seed of the comparison's split")
    private long seed = 1;

    private final Verbs verbs = new Verbs();
    private final Map<String, Object> result = new LinkedHashMap<>();
    private long started;

    @Override
    protected ExitCode run() throws Exception {
        started = System.nanoTime();
        Path home = Path.of(System.getProperty("osteon.home", "")).toAbsolutePath();
        if (!Files.isExecutable(home.resolve("osteon"))) {
            throw CliException.wrongCall("error.demo.home");
        }
        Path folder = folder(home);
        Walls walls = Walls.probe(home, folder);
        say("demo.title", folder);
        say(walls.shown() ? "demo.walls" : "demo.noWalls");
        try (Daemons daemons = new Daemons(home, folder.resolve("logs"))) {
            boolean ok = new Walk(home, folder, walls, daemons).walk();
            result.put("ok", ok);
            result.put("seconds", seconds());
            if (!exit) {
                say("demo.stays", seconds());
                output().answer(result);
                new CountDownLatch(1).await();
            }
            say("demo.end", seconds());
            if (output().json()) {
                output().answer(result);
            }
            return ok ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
        }
    }

    private Path folder(Path home) throws IOException {
        Path folder = out.isEmpty()
                ? home.resolve("target").resolve("demo-" + Long.toString(System.currentTimeMillis(), 36))
                : Path.of(out).toAbsolutePath().normalize();
        Files.createDirectories(folder);
        try (var entries = Files.list(folder)) {
            if (entries.findAny().isPresent()) {
                throw CliException.wrongCall("error.demo.folder", folder);
            }
        }
        return folder;
    }

    private double seconds() {
        return Math.round((System.nanoTime() - started) / 1e8) / 10.0;
    }

    private void say(String key, Object... values) {
        output().line(output().messages().say(key, values));
    }

    private void step(String key, Object... values) {
        output().line("");
        output().line(String.format(Locale.ROOT, "[%4.1f s] ", seconds())
                + output().messages().say(key, values));
    }

    /** One walk along the path; who does what is said at each step. */
    private final class Walk {
        private final Path home;
        private final Path folder;
        private final Walls walls;
        private final Daemons daemons;
        private final String hub;
        private final Path passphrase;
        private String hubAddress = "";
        private String hubPin = "";
        private String federation = "";

        Walk(Path home, Path folder, Walls walls, Daemons daemons) {
            this.home = home;
            this.folder = folder;
            this.walls = walls;
            this.daemons = daemons;
            this.hub = folder.resolve("hub").toString();
            this.passphrase = folder.resolve("people").resolve("passphrase");
        }

        boolean walk() throws IOException, InterruptedException {
            people();
            startHub();
            startSites();
            mapData();
            String first = publishFirst();
            String study = amend(first);
            approve(study);
            String model = train(study);
            evaluate(model);
            release(model);
            boolean holds = verify(model);
            return closing(holds);
        }

        private void people() throws IOException {
            Files.createDirectories(folder.resolve("people"));
            byte[] raw = new byte[16];
            new SecureRandom().nextBytes(raw);
            Files.writeString(passphrase, HexFormat.of().formatHex(raw) + "\n");
            int user = 10;
            List<String> all = new ArrayList<>(HOSPITALS);
            all.add(ROGUE);
            all.add("releaser");
            all.add("declarer");
            for (String person : all) {
                Path place = Files.createDirectories(folder.resolve("people").resolve(person));
                verbs.done(
                        "officer",
                        "key",
                        "new",
                        place.resolve("officer.key").toString(),
                        "--passphrase-file",
                        passphrase.toString());
                Files.copy(
                        place.resolve("officer.key.pub"),
                        folder.resolve("people").resolve(person + ".pub"));
                Files.setPosixFilePermissions(
                        place, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
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
            process(daemon, List.of(hubAddress));
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
                        folder.resolve("people").resolve(key[1] + ".pub").toString());
            }
        }

        private void startSites() throws IOException, InterruptedException {
            step("demo.sites");
            Map<String, Process> inits = new LinkedHashMap<>();
            List<String> all = new ArrayList<>(HOSPITALS);
            all.add(ROGUE);
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
                        ROGUE.equals(site) ? "off" : "127.0.0.1:" + freePort(),
                        "--officer",
                        folder.resolve("people").resolve(site + ".pub").toString(),
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
                            "--officer-key-folder",
                            folder.resolve("people").resolve(site).toString()));
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
                if (!ROGUE.equals(site)) {
                    verbs.done("coordinator", "confirm", hub, "--site", site, "--fingerprint", fingerprint);
                    agents.put(
                            site,
                            daemons.start(
                                    site,
                                    folder.resolve(site),
                                    walls.prefix(all.indexOf(site) + 1),
                                    List.of(
                                            "site",
                                            "start",
                                            folder.resolve(site).toString())));
                    say("demo.site.enrolled", site, fingerprint);
                } else {
                    result.put("rogueFingerprint", fingerprint);
                }
            }
            for (Map.Entry<String, Daemons.Daemon> agent : agents.entrySet()) {
                process(agent.getValue(), List.of(daemons.ready(agent.getValue())));
            }
        }

        private void mapData() throws IOException {
            step("demo.map");
            List<List<String>> rows = new ArrayList<>();
            rows.add(headings("site", "source", "read", "mapped", "filtered", "duplicate", "rejected", "quarantined"));
            for (String site : HOSPITALS) {
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
                walls.give(snapshot, HOSPITALS.indexOf(site) + 1);
                verbs.done("site", "data", "add", folder.resolve(site).toString(), snapshot.toString());
            }
            table(rows);
            say("demo.map.balance");
        }

        private String publishFirst() throws IOException {
            ObjectNode study = (ObjectNode) CanonicalJson.readTree(Files.readAllBytes(
                    home.resolve("sample-data").resolve("studies").resolve("fracture-risk.json")));
            Path file = folder.resolve("study-1.json");
            Files.write(file, CanonicalJson.write(study));
            step(
                    "demo.publish",
                    study.path("name").asText(),
                    study.path("privacy").path("epsilon").asText());
            String digest = verbs.done("study", "publish", file.toString(), "--hub", hub)
                    .path("digest")
                    .asText();
            dryRun(digest);
            step("demo.refuse", of(OFFICERS, "hospital-c"));
            String reason = output().messages().say("demo.refuse.reason");
            verbs.done(
                    "officer",
                    "refuse",
                    folder.resolve("hospital-c").toString(),
                    digest,
                    "--key",
                    key("hospital-c"),
                    "--passphrase-file",
                    passphrase.toString(),
                    "--reason",
                    reason);
            say("demo.refuse.said", reason);
            return digest;
        }

        private String amend(String first) throws IOException {
            ObjectNode study = (ObjectNode) CanonicalJson.readTree(Files.readAllBytes(folder.resolve("study-1.json")));
            study.put("version", 2).put("previous", first);
            ((ObjectNode) study.path("privacy")).put("epsilon", 2.0);
            ((ObjectNode) study.path("plan")).put("noiseMultiplier", 2.2);
            Path file = folder.resolve("study-2.json");
            Files.write(file, CanonicalJson.write(study));
            step("demo.amend", "2.0");
            String digest = verbs.done("study", "amend", first, file.toString(), "--hub", hub)
                    .path("digest")
                    .asText();
            dryRun(digest);
            result.put("study", digest);
            return digest;
        }

        private void dryRun(String digest) {
            say("demo.dryRun", digest.substring(0, 8));
            List<List<String>> rows = new ArrayList<>();
            rows.add(headings("site", "verdict", "reasons"));
            for (JsonNode answer :
                    verbs.run("study", "dry-run", digest, "--hub", hub).json().path("answers")) {
                List<String> reasons = new ArrayList<>();
                answer.path("reasons")
                        .forEach(reason -> reasons.add(
                                output().messages().code(reason.path("code").asText(), reason.path("values"))));
                rows.add(List.of(
                        answer.path("site").asText(),
                        output().messages().word(answer.path("verdict").asText()),
                        String.join("; ", reasons)));
            }
            table(rows);
        }

        private void approve(String study) throws IOException, InterruptedException {
            step("demo.approve");
            String until = Instant.now()
                    .plus(30, ChronoUnit.DAYS)
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString();
            for (String site : HOSPITALS) {
                JsonNode review =
                        verbs.done("officer", "review", folder.resolve(site).toString(), study);
                verbs.done(
                        "officer",
                        "approve",
                        folder.resolve(site).toString(),
                        study,
                        "--key",
                        key(site),
                        "--passphrase-file",
                        passphrase.toString(),
                        "--epsilon",
                        "2.0",
                        "--rounds",
                        "5",
                        "--until",
                        until);
                say(
                        "demo.approved",
                        of(OFFICERS, site),
                        site,
                        review.path("patients").asText(),
                        review.path("columns").size(),
                        review.path("releases").size(),
                        until);
            }
            step("demo.rogue");
            verbs.done(
                    "coordinator",
                    "confirm",
                    hub,
                    "--site",
                    ROGUE,
                    "--fingerprint",
                    String.valueOf(result.remove("rogueFingerprint")));
            int user = HOSPITALS.size() + 1;
            Path rogueOfficer = folder.resolve("people").resolve(ROGUE);
            walls.give(rogueOfficer, user);
            Path secret = rogueOfficer.resolve("passphrase");
            Files.copy(passphrase, secret);
            walls.give(rogueOfficer, user);
            Daemons.Daemon rogue = daemons.startJava(
                    ROGUE,
                    folder.resolve(ROGUE),
                    walls.prefix(user),
                    RogueSite.class.getName(),
                    List.of(
                            folder.resolve(ROGUE).toString(),
                            folder.resolve("study-2.json").toString(),
                            rogueOfficer.resolve("officer.key").toString(),
                            secret.toString()));
            daemons.ready(rogue);
            process(rogue, List.of());
        }

        private String train(String study) throws IOException, InterruptedException {
            step("demo.train");
            JsonNode run = verbs.done("run", "start", study, "--hub", hub);
            String id = run.path("run").asText();
            result.put("run", id);
            say(
                    "demo.bound",
                    String.format(
                            Locale.ROOT,
                            "%.2f",
                            run.path("normBound").path("bound").asDouble()),
                    run.path("normBound").path("falseRejectRate").asText());
            List<Integer> widths = List.of(7, 40, 60);
            row(widths, headings("round", "counted", "rejected"));
            int shown = 0;
            JsonNode document = CanonicalJson.readTree(Files.readAllBytes(folder.resolve("study-2.json")));
            int rounds = document.path("plan").path("rounds").asInt();
            try (Bar bar = new Bar(rounds + 1, output())) {
                while (true) {
                    int closed = 0;
                    for (JsonNode round : run.path("rounds")) {
                        if (round.path("closed").asBoolean()) {
                            closed++;
                            if (closed > shown) {
                                bar.wipe();
                                row(
                                        widths,
                                        List.of(
                                                round.path("number").asText(),
                                                names(round.path("counted")),
                                                reasons(round)));
                                shown = closed;
                            }
                        }
                    }
                    bar.at(closed);
                    if (!"running".equals(run.path("state").asText())) {
                        break;
                    }
                    run = verbs.done(
                            "run",
                            "show",
                            id,
                            "--unless-state",
                            run.path("stateKey").asText(),
                            "--hub",
                            hub);
                }
            }
            if (!"completed".equals(run.path("state").asText())) {
                throw new CliException(
                        ExitCode.TRY_AGAIN,
                        "error.demo.run",
                        id,
                        run.path("state").asText());
            }
            result.put("rounds", run.path("rounds"));
            result.put("evaluation", run.path("evaluation"));
            result.put("delta", run.path("delta").asDouble());
            int asked = HOSPITALS.size() + 1;
            int fewest = asked;
            for (JsonNode round : run.path("rounds")) {
                fewest = Math.min(fewest, round.path("counted").size());
            }
            say(
                    "demo.quorum",
                    document.path("participation").path("quorum").asText(),
                    asked,
                    run.path("rounds").size(),
                    fewest);
            for (String site : HOSPITALS) {
                JsonNode receipts =
                        verbs.done("site", "receipts", folder.resolve(site).toString());
                say("demo.receipts", site, receipts.path("receipts").size());
            }
            rogueReceipts(rounds + 1);
            return run.path("model").asText();
        }

        /** The lying site gets its receipts like any other; they come a moment after the last round. */
        private void rogueReceipts(int expected) throws IOException, InterruptedException {
            Path kept = folder.resolve(ROGUE).resolve(RogueSite.RECEIPTS);
            List<Path> receipts = List.of();
            for (int i = 0; i < 100 && receipts.size() < expected; i++) {
                Thread.sleep(i == 0 ? 0 : 50);
                try (var files = Files.list(kept)) {
                    receipts = files.toList();
                }
            }
            int rejected = 0;
            for (Path receipt : receipts) {
                JsonNode outcome = CanonicalJson.readTree(Files.readAllBytes(receipt))
                        .path("document")
                        .path("outcome");
                rejected += "rejected".equals(outcome.asText()) ? 1 : 0;
            }
            say("demo.receipts.rogue", ROGUE, receipts.size(), rejected);
        }

        private void evaluate(String model) throws IOException, InterruptedException {
            step("demo.evaluate");
            JsonNode evaluation = CanonicalJson.tree(of(result, "evaluation"));
            result.remove("evaluation");
            double bayes = CanonicalJson.readTree(
                            Files.readAllBytes(home.resolve("sample-data").resolve("generator.json")))
                    .path("bayesAuc")
                    .asDouble();
            Map<String, Object> auc = new LinkedHashMap<>();
            auc.put("federated", evaluation.path("auc").asDouble());
            auc.put(
                    "ci",
                    List.of(
                            evaluation.path("low").asDouble(),
                            evaluation.path("high").asDouble()));
            auc.put("bayes", bayes);
            auc.put("estimable", evaluation.path("estimable").asBoolean());
            result.put("auc", auc);
            if (!evaluation.path("estimable").asBoolean()) {
                say("demo.auc.notEstimable");
                return;
            }
            say(
                    "demo.auc",
                    three(evaluation.path("auc")),
                    three(evaluation.path("low")),
                    three(evaluation.path("high")),
                    String.format(Locale.ROOT, "%.3f", bayes),
                    evaluation.path("sites").asText());
            say("demo.compare");
            List<String> arguments =
                    new ArrayList<>(List.of(home.resolve("sample-data").toString(), Long.toString(seed)));
            arguments.addAll(HOSPITALS);
            Daemons.Daemon script =
                    daemons.startJava("comparison", folder, List.of(), PooledComparison.class.getName(), arguments);
            JsonNode others = CanonicalJson.readTree(
                    daemons.finish("comparison", script.process()).strip().getBytes(StandardCharsets.UTF_8));
            List<List<String>> rows = new ArrayList<>();
            rows.add(headings("model", "auc", "ci", "difference"));
            rows.add(List.of(
                    output().messages().say("demo.federated"),
                    three(evaluation.path("auc")),
                    interval(evaluation.path("low"), evaluation.path("high")),
                    ""));
            for (String name : List.of("hospital-a", "hospital-b", "hospital-c", "pooled")) {
                JsonNode other = others.path(name);
                boolean overlap = other.path("ci").path(0).asDouble()
                                <= evaluation.path("high").asDouble()
                        && evaluation.path("low").asDouble()
                                <= other.path("ci").path(1).asDouble();
                rows.add(List.of(
                        output().messages().say("pooled".equals(name) ? "demo.pooled" : "demo.alone", name),
                        three(other.path("auc")),
                        interval(other.path("ci").path(0), other.path("ci").path(1)),
                        output().messages().say(overlap ? "demo.noDifference" : "demo.differs")));
            }
            table(rows);
        }

        /**
         * Tables of evidence, made of the sample: a phantom's points, the splits, headers, predictions of the model.
         */
        private Path evidence(String model) throws IOException {
            Path tables = Files.createDirectories(folder.resolve("evidence"));
            Path sampleData = home.resolve("sample-data");
            Files.copy(sampleData.resolve("conformance").resolve("phantom.csv"), tables.resolve("phantom.csv"));
            for (String site : HOSPITALS) {
                verbs.done(
                        "conformance",
                        "splits",
                        "--site",
                        folder.resolve(site).toString(),
                        "--name",
                        site,
                        "--snapshot",
                        folder.resolve("snapshots").resolve(site).toString(),
                        "--study",
                        folder.resolve("study-2.json").toString(),
                        "--out",
                        tables.resolve("splits.csv").toString(),
                        "--append");
            }
            verbs.done(
                    "conformance",
                    "headers",
                    "--images",
                    sampleData.resolve(HOSPITALS.get(0)).resolve("images").toString(),
                    "--out",
                    tables.resolve("headers.csv").toString());
            verbs.done(
                    "conformance",
                    "predict",
                    model,
                    "--snapshot",
                    folder.resolve("snapshots").resolve(HOSPITALS.get(0)).toString(),
                    "--out",
                    tables.resolve("predictions.csv").toString(),
                    "--hub",
                    hub);
            return tables;
        }

        /** The limits, under the declarer's signature. */
        private Path declaration() throws IOException {
            Path limits = folder.resolve("limits.json");
            Path declaration = folder.resolve("declaration.json");
            Files.writeString(
                    limits,
                    "{\"schema\":\"osteon.declaration/1\",\"federation\":\"" + federation
                            + "\",\"declaredBy\":\"Prof Li\",\"limits\":{\"A-04\":0.6,\"B-04\":0.6,\"D-01\":0.01}}");
            verbs.done(
                    "conformance",
                    "declare",
                    limits.toString(),
                    "--key",
                    key("declarer"),
                    "--passphrase-file",
                    passphrase.toString(),
                    "--out",
                    declaration.toString());
            return declaration;
        }

        private void release(String model) throws IOException, InterruptedException {
            step("demo.release");
            String[] checks = {
                "conformance",
                "run",
                model,
                "--declaration",
                declaration().toString(),
                "--evidence",
                evidence(model).toString(),
                "--hub",
                hub
            };
            JsonNode verdicts = verbs.run(checks).json().path("verdicts");
            for (int i = 0; i < 40 && awaiting(verdicts); i++) {
                Thread.sleep(250);
                verdicts = verbs.run(checks).json().path("verdicts");
            }
            verdicts.fields()
                    .forEachRemaining(verdict -> say(
                            "demo.verdict", verdict.getKey(), verdict.getValue().asText()));
            JsonNode released = verbs.done(
                    "model",
                    "release",
                    model,
                    "--key",
                    key("releaser"),
                    "--passphrase-file",
                    passphrase.toString(),
                    "--by",
                    "Prof Li",
                    "--hub",
                    hub);
            say("demo.released", model.substring(0, 8), "Prof Li");
            result.put("release", released.path("release").asText());
            Verbs.Answer report = verbs.run(
                    "conformance",
                    "report",
                    model,
                    "--out",
                    folder.resolve("report").toString(),
                    "--hub",
                    hub);
            if (report.exit() != ExitCode.DONE.code()) {
                // A machine without a font for the PDF has the other forms.
                say("demo.report.partly", report.json().path("error").asText());
            }
            verbs.done(
                    "model",
                    "export",
                    model,
                    "--out",
                    folder.resolve("model.safetensors").toString(),
                    "--hub",
                    hub);
        }

        /** A site hands in its log a moment later than what it says; a check that needs it cannot judge before. */
        private static boolean awaiting(JsonNode verdicts) {
            for (JsonNode verdict : verdicts) {
                if ("INCONCLUSIVE".equals(verdict.asText())) {
                    return true;
                }
            }
            return false;
        }

        private boolean verify(String model) throws IOException, InterruptedException {
            step("demo.bundle");
            Path trust = folder.resolve("trust.json");
            Path bundle = folder.resolve("evidence.zip");
            verbs.done("trust", "export", "--out", trust.toString(), "--hub", hub);
            Verbs.Answer written = verbs.run("audit", "bundle", model, "--out", bundle.toString(), "--hub", hub);
            for (int i = 0; i < 40 && written.exit() == ExitCode.REFUSED.code(); i++) {
                Thread.sleep(250);
                written = verbs.run("audit", "bundle", model, "--out", bundle.toString(), "--hub", hub);
            }
            if (written.exit() != ExitCode.DONE.code()) {
                throw CliException.told(ExitCode.TRY_AGAIN, "", written.error().strip());
            }
            result.put("bundle", bundle.toString());
            result.put("trust", trust.toString());
            Verbs.Answer good = verbs.run("audit", "verify", bundle.toString(), "--trust", trust.toString());
            say("demo.verify", good.json().path("verdict").asText(), good.exit());
            byte[] bytes = Files.readAllBytes(bundle);
            bytes[bytes.length / 2] ^= 1;
            Path changed = folder.resolve("evidence-changed.zip");
            Files.write(changed, bytes);
            Verbs.Answer bad = verbs.run("audit", "verify", changed.toString(), "--trust", trust.toString());
            JsonNode finding = bad.json().path("findings").path(0);
            say(
                    "demo.changed",
                    bad.json().path("verdict").asText(),
                    bad.exit(),
                    finding.path("code").asText(),
                    finding.path("where").asText());
            return good.exit() == 0 && bad.exit() == 1;
        }

        private boolean closing(boolean holds) {
            boolean ok = holds;
            step("demo.journal");
            Map<String, Object> epsilon = new LinkedHashMap<>();
            for (String site : HOSPITALS) {
                JsonNode journal = verbs.run(
                                "site", "journal", folder.resolve(site).toString(), "--verify")
                        .json();
                JsonNode set = verbs.done("data", "budget", folder.resolve(site).toString())
                        .path("sets")
                        .path(0);
                ok &= journal.path("ok").asBoolean();
                epsilon.put(site, set.path("epsilon").asDouble());
                say(
                        "demo.spent",
                        site,
                        journal.path("entries").asText(),
                        journal.path("ok").asBoolean() ? "✓" : "✗",
                        three(set.path("epsilon")),
                        set.path("delta").asText(),
                        three(set.path("remaining")));
            }
            result.put("epsilon", epsilon);
            result.put("consoles", consoles());
            step("demo.where");
            List<List<String>> rows = new ArrayList<>();
            for (String[] row : new String[][] {
                {"demo.where.model", "model.safetensors"},
                {"demo.where.report", "report"},
                {"demo.where.bundle", "evidence.zip"},
                {"demo.where.trust", "trust.json"},
                {"demo.where.parquet", "snapshots/hospital-a/tables"},
                {"demo.where.journal", "hospital-a/site.db"},
                {"demo.where.log", "hub/log"},
                {"demo.where.logs", "logs"}
            }) {
                rows.add(List.of(
                        output().messages().say(row[0]), folder.resolve(row[1]).toString()));
            }
            table(rows);
            return ok;
        }

        /** Where people look at it all, with a link for each of them while the daemons stay up. */
        private List<Map<String, String>> consoles() {
            List<Map<String, String>> consoles = new ArrayList<>();
            if (exit) {
                return consoles;
            }
            step("demo.consoles");
            List<List<String>> rows = new ArrayList<>();
            for (String[] person : new String[][] {
                {"coordinator", "hub", "Wu Min", "ml-engineer"},
                {"coordinator", "hub", "Shen Rui", "regulator"},
                {"coordinator", "hub", "Gao Fan", "operator"},
                {"site", "hospital-a", "Lin Bo", "data-officer"},
                {"site", "hospital-b", "He Qing", "data-officer"},
                {"site", "hospital-c", "Tang Yu", "data-officer"}
            }) {
                String link = verbs.done(
                                person[0],
                                "link",
                                folder.resolve(person[1]).toString(),
                                "--person",
                                person[2],
                                "--role",
                                person[3])
                        .path("link")
                        .asText();
                consoles.add(Map.of("place", person[1], "person", person[2], "role", person[3], "link", link));
                rows.add(List.of(person[1], person[2], output().messages().word(person[3]), link));
            }
            table(rows);
            return consoles;
        }

        private String key(String person) {
            return folder.resolve("people")
                    .resolve(person)
                    .resolve("officer.key")
                    .toString();
        }

        private void process(Daemons.Daemon daemon, List<String> ports) {
            @SuppressWarnings("unchecked")
            List<Object> list = (List<Object>) result.computeIfAbsent("processes", unused -> new ArrayList<>());
            list.add(daemon.view(ports));
        }
    }

    private List<String> headings(String... fields) {
        List<String> row = new ArrayList<>();
        for (String field : fields) {
            row.add(output().messages().field(field));
        }
        return row;
    }

    private void table(List<List<String>> rows) {
        if (!output().json()) {
            Table.print(new PrintStream(System.out, true, StandardCharsets.UTF_8), "  ", rows);
        }
    }

    private void row(List<Integer> widths, List<String> cells) {
        StringBuilder line = new StringBuilder("  ");
        for (int i = 0; i < cells.size(); i++) {
            line.append(cells.get(i)).append(" ".repeat(Math.max(1, widths.get(i) - Table.width(cells.get(i)))));
        }
        output().line(line.toString().stripTrailing());
    }

    private static String names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(name -> names.add(name.asText()));
        return String.join(", ", names);
    }

    private String reasons(JsonNode round) {
        List<String> all = new ArrayList<>();
        for (String kind : List.of("rejected", "refused")) {
            round.path(kind)
                    .forEach(entry -> all.add(entry.path("site").asText() + ": "
                            + output().messages().code(entry.path("reason").asText())));
        }
        return String.join(", ", all);
    }

    private static String kind(JsonNode source) {
        return switch (source.path("unit").asText()) {
            case "row" -> "CSV";
            case "file" -> "DICOM";
            default -> "FHIR";
        };
    }

    private static String three(JsonNode number) {
        return String.format(Locale.ROOT, "%.3f", number.asDouble());
    }

    private static <T> T of(Map<String, T> map, String key) {
        return java.util.Objects.requireNonNull(map.get(key), key);
    }

    private static String interval(JsonNode low, JsonNode high) {
        return three(low) + " – " + three(high);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
