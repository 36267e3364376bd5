package org.osteon.trials.leak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.adapters.dicom.phantom.DicomPhantoms;
import org.osteon.adapters.dicom.phantom.PhantomPatient;
import org.osteon.coordinator.console.HubConsole;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.site.console.SiteConsole;
import org.osteon.trials.ConsolePerson;
import org.osteon.trials.Federation;
import org.osteon.trials.ForeignRun;
import org.osteon.trials.OfficerProgram;

/**
 * A whole federation trains on rows full of planted names, ids, phones, dates and canaries; afterwards none of them is
 * in anything that hub, agent or verbs wrote.
 */
class LeakScanTest {
    private static final int SCORE = 10;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLE = Path.of("..", "sample-data", "hospital-c");

    /** A measurement that every planted patient has, so that the preview may show it. */
    private static final Needle VALUE = new Needle("value", "-2.71917");

    /** Lines that have nothing to give before a release, or for an event without another side; a link is used once. */
    private static final Set<String> UNREAD = Set.of(
            "/",
            "/welcome/{token}",
            "/runs/{run}/live",
            "/models/{model}/report",
            "/models/{model}/bundle",
            "/events/{seq}/sites/{site}/{entry}/proof",
            "/studies/{study}/preview",
            "/sign-in/begin",
            "/sign-in/back",
            "/sign-in/leave",
            "/.well-known/osteon",
            "/api/v1/models/{model}/report",
            "/api/v1/models/{model}/bundle");

    @TempDir
    Path folder;

    private final List<Needle> needles = new ArrayList<>();

    @Test
    void nothingPlantedIsInAnythingThatWasWritten() throws Exception {
        Path input = Files.createDirectories(folder.resolve("input"));
        plantRows(input);
        plantResources(input);
        plantImages(input);
        Path kept = Files.createDirectories(folder.resolve("kept"));
        List<String> spoken;
        try (Federation federation = new Federation(kept).withHub(List.of("--console", "127.0.0.1:0"))) {
            federation.withSite(
                    "hospital",
                    "--epsilon-ceiling",
                    "5",
                    "--epsilon-total",
                    "10",
                    "--delta-ceiling",
                    "1e-5",
                    "--console",
                    "127.0.0.1:0");
            JsonNode mapped = federation.map("hospital", input);
            assertThat(mapped.path("rejected").asLong()
                            + mapped.path("quarantined").asLong())
                    .isPositive();
            String study = federation
                    .done(
                            "study",
                            "publish",
                            study().toString(),
                            "--hub",
                            federation.hub().toString())
                    .path("digest")
                    .asText();
            federation.run("study", "dry-run", study, "--hub", federation.hub().toString());
            federation.done("officer", "review", federation.site("hospital").toString(), study);
            assertThat(federation.approve("hospital", study, 4.4, 2).exit()).isZero();
            String run = federation
                    .done("run", "start", study, "--hub", federation.hub().toString())
                    .path("run")
                    .asText();
            JsonNode end = federation.follow(run);
            assertThat(end.path("state").asText()).as(end.toString()).isEqualTo("completed");
            federation.done("site", "journal", federation.site("hospital").toString(), "--verify");
            federation.done("data", "budget", federation.site("hospital").toString());
            federation.run("officer", "review", federation.site("hospital").toString(), "ffffffff");
            federation.run(
                    "site",
                    "data",
                    "add",
                    federation.site("hospital").toString(),
                    folder.resolve("kept").toString());
            federation.done("audit", "log", "--hub", federation.hub().toString());
            readEveryPage(federation, study, run, end.path("model").asText(), kept.resolve("pages"));
            // While the daemons run, so that the write-ahead logs are as they are in life.
            spoken = federation.spoken();
            Files.write(kept.resolve("spoken.txt"), spoken);
            scan(kept, needles);
            // De-identified values are in the snapshot and on the officer's preview, and nowhere else.
            for (String part :
                    List.of("hub", "logs", "pages", "spoken.txt", "hospital/log", "hospital/logs", "hospital/outbox")) {
                assertThat(kept.resolve(part)).exists();
                scan(kept.resolve(part), List.of(VALUE));
            }
        }
    }

    /** Every page of both consoles with every role, and the officer's own pages, into files to be scanned. */
    private void readEveryPage(Federation federation, String study, String run, String model, Path pages)
            throws Exception {
        Map<String, String> events = new LinkedHashMap<>();
        Map<String, List<String>> values = new LinkedHashMap<>();
        federation
                .done("audit", "log", "--hub", federation.hub().toString())
                .path("entries")
                .forEach(entry -> {
                    if (entry.toString().contains(study) || entry.toString().contains(run)) {
                        events.put(
                                entry.path("type").asText(), entry.path("seq").asText());
                    }
                });
        values.put("study", List.of(study, "ffffffff"));
        values.put("run", List.of(run, "none"));
        values.put("model", List.of(model, "ffffffff"));
        values.put("seq", List.copyOf(events.values()));
        values.put("site", List.of("hospital"));
        values.put("entry", List.of("0"));
        values.put("/api/v1/events", List.of("/api/v1/events?study=" + study));
        values.put("/models/compare", List.of("/models/compare?a=" + model + "&b=" + model));
        Map<String, ConsolePerson> people = new LinkedHashMap<>();
        for (String role : HubConsole.ROLES) {
            people.put(role, person(federation, "coordinator", "hub", role));
        }
        assertThat(people.get("operator")
                        .post("/studies/" + study + "/assign", Map.of("person", "Person regulator"), "/health")
                        .statusCode())
                .isEqualTo(302);
        Map<String, String> tokens = new LinkedHashMap<>();
        for (Map.Entry<String, ConsolePerson> one : people.entrySet()) {
            tokens.put(one.getKey(), one.getValue().token());
        }
        values.put("id", List.of(dryRun(people.get("ml-engineer"), tokens.get("ml-engineer"), study)));
        PageCrawl hub = new PageCrawl("hub", HubConsole.ROLES, HubConsole.ROUTES, values, Set.of(), pages);
        for (Map.Entry<String, ConsolePerson> one : people.entrySet()) {
            hub.as(one.getKey(), one.getValue(), tokens.get(one.getKey()));
        }
        hub.as("", new ConsolePerson(federation.console("hub")), "");
        Digest foreign = ForeignRun.ask(federation.site("hospital"), "ortho-net", "hospital");
        String asked = "/hosted/" + foreign.hex();
        values.put("/hosted/{run}", List.of(asked));
        values.put(
                "/hosted/{run}/output/{message}",
                List.of(asked + "/output/"
                        + ForeignRun.launched(federation.site("hospital"), foreign)
                                .hex()));
        PageCrawl site = new PageCrawl(
                "hospital", SiteConsole.ROLES, SiteConsole.ROUTES, values, Set.of("/studies/{study}/preview"), pages);
        for (String role : SiteConsole.ROLES) {
            ConsolePerson person = person(federation, "site", "hospital", role);
            site.as(role, person, "");
            for (Needle needle : List.of(needles.get(0), needles.get(1))) {
                site.keep("/patients " + role, person.post("/patients", Map.of("patient", needle.text()), "/health"));
            }
        }
        site.as("", new ConsolePerson(federation.console("hospital")), "");
        int own = officersOwn(federation, study, pages);

        System.out.printf(
                "pages read: %d of the hub, %d of the site, %d of the officer's own%n",
                hub.answers(), site.answers(), own);
        hub.reached().forEach((line, seen) -> System.out.println("  hub " + line + " " + seen));
        site.reached().forEach((line, seen) -> System.out.println("  site " + line + " " + seen));
        assertThat(hub.unread(UNREAD))
                .as("lines of the hub's table that nobody read")
                .isEmpty();
        assertThat(site.unread(UNREAD))
                .as("lines of the site's table that nobody read")
                .isEmpty();
        assertThat(hub.answers() + site.answers() + own).isGreaterThan(200);
        assertThat(site.kept().get("data-officer 200"))
                .as("the preview shows what the scan looks for elsewhere")
                .contains(VALUE.text());
        assertThat(site.kept()).doesNotContainKeys("operator 200", " 200");
    }

    /** A dry-run asked over the REST API. */
    private static String dryRun(ConsolePerson engineer, String token, String study) throws Exception {
        HttpResponse<String> asked = engineer.api(
                "POST",
                "/api/v1/studies/" + study + "/dry-runs",
                token,
                Map.of("Idempotency-Key", "a-dry-run-of-the-scan"),
                "");
        assertThat(asked.statusCode()).as(asked.body()).isBetween(200, 202);
        return CanonicalJson.readTree(asked.body().getBytes(StandardCharsets.UTF_8))
                .path("dryRun")
                .asText();
    }

    /** The officer's own signing pages. */
    private int officersOwn(Federation federation, String study, Path pages) throws Exception {
        try (OfficerProgram program = new OfficerProgram(
                folder,
                "sign",
                federation.site("hospital").toString(),
                "--key",
                federation.officerKey("hospital").toString(),
                "--own",
                Files.createDirectories(folder.resolve("own")).toString(),
                "--lang",
                "en")) {
            URI link = URI.create(program.link());
            ConsolePerson officer = new ConsolePerson("https://" + link.getAuthority());
            officer.get(link.getRawPath() + "?" + link.getRawQuery());
            int read = 0;
            for (String path : List.of("/", "/study?s=" + study, "/study?s=ffffffff", "/done", "/nothing")) {
                HttpResponse<byte[]> answer = officer.bytes(path, "");
                Files.write(pages.resolve("own-%d.page".formatted(read++)), answer.body());
                if (read <= 2) {
                    assertThat(answer.statusCode()).as(path).isEqualTo(200);
                }
            }
            return read;
        }
    }

    private static ConsolePerson person(Federation federation, String kind, String place, String role)
            throws Exception {
        federation.console(place);
        return ConsolePerson.of(federation
                .done(
                        kind,
                        "link",
                        federation.folder().resolve(place).toString(),
                        "--person",
                        "Person " + role,
                        "--role",
                        role)
                .path("link")
                .asText());
    }

    private static void scan(Path kept, List<Needle> needles) throws IOException {
        LeakScan scan = new LeakScan(needles);
        Map<String, Long> finds = new LinkedHashMap<>();
        long bytes = 0;
        Map<String, byte[]> pieces = Containers.below(kept);
        for (Map.Entry<String, byte[]> piece : pieces.entrySet()) {
            bytes += piece.getValue().length;
            for (LeakScan.Find find : scan.scan(piece.getKey(), piece.getValue())) {
                finds.merge(find.needle().kind() + " in " + piece.getKey() + " as " + find.encoding(), 1L, Long::sum);
            }
        }
        System.out.println("leak scan of " + kept.getFileName() + ": " + needles.size() + " needles, " + pieces.size()
                + " pieces, " + bytes + " bytes, finds " + finds);
        assertThat(finds).isEmpty();
    }

    private void plantRows(Path input) throws IOException {
        Charset gb18030 = Charset.forName("GB18030");
        List<String> lines = new ArrayList<>(Files.readAllLines(SAMPLE.resolve("export.csv"), gb18030));
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            if (cells.length == 20) {
                needles.add(new Needle("id", cells[0]));
                if (cells[1].length() > 2) {
                    needles.add(new Needle("name", cells[1]));
                }
                needles.add(new Needle("id", cells[2]));
                needles.add(new Needle("phone", cells[3]));
                needles.add(new Needle("date", cells[4]));
            }
        }
        lines.replaceAll(LeakScanTest::withValue);
        lines.add("导出中断,canary-broken-row-5e");
        needles.add(new Needle("unparsable row", "canary-broken-row-5e"));
        needles.add(new Needle("file name", "canary-file-name-88"));
        Files.write(input.resolve("canary-file-name-88 欧阳雪梅.csv"), lines, gb18030);
        needles.add(new Needle("name", "欧阳雪梅"));
        Files.writeString(
                input.resolve("unknown canary-file-name-88.bin"), "canary-broken-row-5e canary-unknown-file-31");
        needles.add(new Needle("unparsable row", "canary-unknown-file-31"));
    }

    private static String withValue(String line) {
        String[] cells = line.split(",", -1);
        if (cells.length == 20 && cells[SCORE].matches("-?[0-9.]+")) {
            cells[SCORE] = VALUE.text();
        }
        return String.join(",", cells);
    }

    private void plantResources(Path input) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("""
                {"resourceType":"Patient","id":"canary-resource-id-01","birthDate":"1948-02-29","gender":"female",\
                "text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>canary-narrative-c0de</div>"},\
                "extension":[{"url":"urn:canary","valueString":"canary-extension-42ab"}],\
                "identifier":[{"system":"urn:id","value":"canary-identifier-9a"}],"name":[{"family":"Canaryfamily-6f","given":["Canarygiven-7b"]}],\
                "telecom":[{"system":"phone","value":"10099887766"}],"address":[{"line":["canary-address-12"]}]}""");
        lines.add("""
                {"resourceType":"Observation","id":"canary-resource-id-02","status":"final","subject":{"reference":"Patient/canary-resource-id-01"},\
                "code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"canary-display-55"}],"text":"canary-code-text-66"},\
                "effectiveDateTime":"2024-03-05T10:11:12Z","valueQuantity":{"value":61.5,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"},\
                "note":[{"text":"canary-note-77"}],"performer":[{"display":"canary-performer-88"}]}""");
        lines.add("{\"resourceType\":\"Patient\",\"id\":\"canary-broken-json-99\",");
        Files.write(input.resolve("resources.ndjson"), lines);
        for (String secret : List.of(
                "canary-resource-id-01",
                "canary-resource-id-02",
                "canary-narrative-c0de",
                "canary-extension-42ab",
                "canary-identifier-9a",
                "Canaryfamily-6f",
                "Canarygiven-7b",
                "canary-address-12",
                "canary-display-55",
                "canary-code-text-66",
                "canary-note-77",
                "canary-performer-88",
                "canary-broken-json-99")) {
            needles.add(new Needle(
                    secret.contains("narrative")
                            ? "narrative"
                            : secret.contains("extension") ? "extension" : "resource",
                    secret));
        }
        needles.add(new Needle("date", "1948-02-29"));
        needles.add(new Needle("date", "2024-03-05"));
        needles.add(new Needle("phone", "10099887766"));
    }

    private void plantImages(Path input) throws IOException {
        List<PhantomPatient> patients = List.of(
                new PhantomPatient(
                        "CANARYDCM001",
                        "Canary-nested-19cd^Jane",
                        LocalDate.of(1951, 7, 9),
                        "F",
                        "10055443322",
                        "Canary Institution 23",
                        "HIP",
                        "DX",
                        "ISO_IR 192",
                        true),
                new PhantomPatient(
                        "CANARYDCM002",
                        "諸葛^德福明",
                        LocalDate.of(1949, 8, 3),
                        "M",
                        "10055443323",
                        "Canary Institution 24",
                        "KNEE",
                        "CR",
                        "GB18030",
                        false));
        DicomPhantoms.write(input.resolve("images"), 5, patients);
        for (PhantomPatient patient : patients) {
            needles.add(new Needle("private tag", patient.phone()));
            needles.add(new Needle("nested sequence", patient.name()));
            needles.add(new Needle("id", patient.id()));
            needles.add(new Needle("institution", patient.institution()));
        }
        needles.add(new Needle("date", "19510709"));
        needles.add(new Needle("date", "19490803"));
    }

    private Path study() throws IOException {
        ObjectNode study = (ObjectNode) JSON.readTree(
                Path.of("..", "sample-data", "studies", "fracture-risk.json").toFile());
        ((ObjectNode) study.path("plan")).put("rounds", 2);
        ((ObjectNode) study.path("participation")).put("quorum", 1);
        return Files.writeString(
                folder.resolve("study.json"), new String(JSON.writeValueAsBytes(study), StandardCharsets.UTF_8));
    }
}
