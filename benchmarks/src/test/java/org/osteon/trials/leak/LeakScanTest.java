package org.osteon.trials.leak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.adapters.dicom.phantom.DicomPhantoms;
import org.osteon.adapters.dicom.phantom.PhantomPatient;
import org.osteon.trials.Federation;

/**
 * A whole federation trains on rows full of planted names, ids, phones, dates and canaries; afterwards none of them is
 * in anything that hub, agent or verbs wrote.
 */
class LeakScanTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLE = Path.of("..", "sample-data", "hospital-c");

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
        try (Federation federation = new Federation(kept).withHub()) {
            federation.withSite(
                    "hospital", "--epsilon-ceiling", "5", "--epsilon-total", "10", "--delta-ceiling", "1e-5");
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
            // While the daemons run, so that the write-ahead logs are as they are in life.
            spoken = federation.spoken();
            Files.write(kept.resolve("spoken.txt"), spoken);
            scan(kept);
        }
    }

    private void scan(Path kept) throws IOException {
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
        System.out.println("leak scan: " + needles.size() + " needles, " + pieces.size() + " pieces, " + bytes
                + " bytes, finds " + finds);
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
        lines.add("导出中断,canary-broken-row-5e");
        needles.add(new Needle("unparsable row", "canary-broken-row-5e"));
        needles.add(new Needle("file name", "canary-file-name-88"));
        Files.write(input.resolve("canary-file-name-88 欧阳雪梅.csv"), lines, gb18030);
        needles.add(new Needle("name", "欧阳雪梅"));
        Files.writeString(
                input.resolve("unknown canary-file-name-88.bin"), "canary-broken-row-5e canary-unknown-file-31");
        needles.add(new Needle("unparsable row", "canary-unknown-file-31"));
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
