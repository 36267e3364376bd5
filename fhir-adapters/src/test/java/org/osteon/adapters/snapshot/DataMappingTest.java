package org.osteon.adapters.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.adapters.cohort.CohortLimits;
import org.osteon.adapters.cohort.CohortQuery;
import org.osteon.adapters.dicom.phantom.DicomPhantoms;
import org.osteon.adapters.dicom.phantom.PhantomPatient;
import org.osteon.adapters.mapping.Profile;
import org.osteon.adapters.mapping.Pseudonyms;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Manifest;

class DataMappingTest {
    private static final Charset GB18030 = Charset.forName("GB18030");
    private static final String PATIENT = """
            {"resourceType":"Patient","id":"%s","gender":"female","birthDate":"1950-02-03"}""";
    private static final String CONDITION = """
            {"resourceType":"Condition","id":"%s","subject":{"reference":"%s"},"onsetDateTime":"2020-05-01",\
            "code":{"coding":[{"system":"http://snomed.info/sct","code":"64859006"}]}}""";

    @TempDir
    Path folder;

    @Test
    void theSameInputGivesTheSameBytesOnTheSameDay() throws IOException {
        Hospital hospital = mixed();
        LocalDate day = LocalDate.of(2026, 5, 4);

        MappingResult one = DataMapping.map(
                hospital.input(), folder.resolve("a"), Profile.builtIn(), Hospital.KEYS, MappingProgress.NONE, day);
        MappingResult other = DataMapping.map(
                hospital.input(), folder.resolve("b"), Profile.builtIn(), Hospital.KEYS, MappingProgress.NONE, day);

        assertThat(other.manifest().digest()).isEqualTo(one.manifest().digest());
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.walk(one.snapshot())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = one.snapshot().relativize(file).toString();
                names.add(name);
                if (name.equals("commitment.salt")) {
                    assertThat(file).hasSize(32);
                    assertThat(Files.readAllBytes(file))
                            .isNotEqualTo(Files.readAllBytes(other.snapshot().resolve(name)));
                } else {
                    assertThat(file).hasSameBinaryContentAs(other.snapshot().resolve(name));
                }
            }
        }
        assertThat(names).contains("manifest.json", "quarantine.ndjson", "tables/export.parquet");
        assertThat(Snapshot.open(one.snapshot()).commitment())
                .isNotEqualTo(Snapshot.open(other.snapshot()).commitment());
        assertThat(one.manifest().document().created()).isEqualTo("2026-05-04T00:00:00Z");
    }

    @Test
    void everyFileOfAMixedFolderIsAccountedFor() {
        MappingResult result = mixed().map();

        Map<String, Manifest.SourceCount> sources = sources(result);
        assertThat(sources.get("ndjson.Patient").mapped()).isEqualTo(2);
        assertThat(sources.get("bundle").read()).isEqualTo(4);
        assertThat(sources.get("bundle").mapped()).isEqualTo(2);
        assertThat(sources.get("bundle").reasons()).isEqualTo(Map.of("NO_RESOURCE", 1L, "NO_VIEW", 1L));
        assertThat(sources.get("table.export").mapped()).isEqualTo(2);
        assertThat(sources.get("table.unknown").reasons()).isEqualTo(Map.of("HEADER_UNKNOWN", 2L));
        assertThat(sources.get("dicom").mapped()).isEqualTo(3);
        assertThat(sources.get("file").reasons()).isEqualTo(Map.of("FILE_UNKNOWN", 2L, "FILE_EMPTY", 1L));
        assertThat(result.manifest().document().sources()).allMatch(Manifest.SourceCount::balances);
        assertThat(result.manifest().signedBy(Hospital.KEYS.manifestKey().publicKey()))
                .isTrue();
    }

    @Test
    void aPatientHasOnePseudonymInFhirTablesAndImages() {
        MappingResult result = new Hospital(folder)
                .lines("p.ndjson", StandardCharsets.UTF_8, PATIENT.formatted("ZY1-00001"))
                .lines("c.ndjson", StandardCharsets.UTF_8, CONDITION.formatted("c", "Patient/ZY1-00001"))
                .lines("e.csv", GB18030, Hospital.HEADER, Hospital.row("ZY1-00001", "女", 70, "-1", 0))
                .file("i/x", phantom("ZY1-00001"))
                .map();

        assertThat(result.mapped()).isEqualTo(4);
        assertThat(result.manifest().document().patients()).isEqualTo(1);
        assertThat(CohortQuery.compile("SELECT p.patient, i.rows, e.age, c.n FROM patient p"
                                + " JOIN dicom_image i ON i.patient = p.patient JOIN export e ON e.patient = p.patient"
                                + " JOIN (SELECT patient, count(*) AS n FROM condition GROUP BY patient) AS c"
                                + " ON c.patient = p.patient")
                        .run(Snapshot.open(result.snapshot()), CohortLimits.standard())
                        .patients())
                .hasSize(1);
    }

    @Test
    void aPatientWhoHasWithdrawnHasNoRowFromAnySource() throws IOException {
        Hospital hospital = new Hospital(folder)
                .lines(
                        "p.ndjson",
                        StandardCharsets.UTF_8,
                        PATIENT.formatted("ZY1-00001"),
                        PATIENT.formatted("ZY1-00002"))
                .lines("c.ndjson", StandardCharsets.UTF_8, CONDITION.formatted("c", "Patient/ZY1-00001"))
                .lines(
                        "e.csv",
                        GB18030,
                        Hospital.HEADER,
                        Hospital.row("ZY1-00001", "女", 70, "-1", 0),
                        Hospital.row("ZY1-00002", "男", 71, "-1", 0))
                .file("i/x", phantom("ZY1-00001"));
        String gone = new Pseudonyms(Hospital.KEYS.pseudonymKey()).ofPatient("ZY1-00001");

        MappingResult result = DataMapping.map(
                hospital.input(),
                folder.resolve("without"),
                Profile.builtIn(),
                new MappingKeys(Hospital.KEYS.pseudonymKey(), Hospital.KEYS.manifestKey(), Set.of(gone)),
                MappingProgress.NONE);

        assertThat(result.mapped()).isEqualTo(2);
        assertThat(result.filtered()).isEqualTo(4);
        assertThat(result.reasons()).isEqualTo(Map.of("PATIENT_WITHDRAWN", 4L));
        assertThat(result.manifest().document().sources()).allMatch(Manifest.SourceCount::balances);
        assertThat(result.manifest().document().patients()).isEqualTo(1);
        assertThat(CohortQuery.compile("SELECT patient, age FROM export")
                        .run(Snapshot.open(result.snapshot()), CohortLimits.standard())
                        .patients())
                .doesNotContain(gone)
                .hasSize(1);
        assertThat(result.snapshot().resolve("quarantine.ndjson")).isEmptyFile();
    }

    @Test
    void brokenUnitsAreCountedAndTheOthersMapped() {
        String longLine = "{\"resourceType\":\"Patient\",\"id\":\"" + "x".repeat(33 << 20) + "\"}";
        MappingResult result = new Hospital(folder)
                .lines(
                        "p.ndjson",
                        StandardCharsets.UTF_8,
                        PATIENT.formatted("1"),
                        "{\"resourceType\":\"Patient\",\"id\":",
                        "",
                        "   ",
                        "not json at all",
                        "[1,2]",
                        "{\"id\":\"no type\"}",
                        "{\"resourceType\":\"Spaceship\",\"id\":\"1\"}",
                        "{\"resourceType\":\"Patient\",\"id\":\"2\",\"id\":\"3\"}",
                        "{\"resourceType\":\"Patient\",\"id\":\"4\"} {\"more\":1}",
                        "{\"resourceType\":\"Bundle\",\"entry\":[]}",
                        PATIENT.formatted("1"),
                        PATIENT.formatted("1").replace("female", "male"),
                        PATIENT.formatted("5").replace("female", "王小明"),
                        PATIENT.formatted("6").replace("1950-02-03", "long ago"),
                        CONDITION.formatted("7", "Group/1"),
                        CONDITION.formatted("8", "Patient/1").replace("64859006", "13800138000"),
                        "{\"resourceType\":\"Patient\",\"id\":" + "[".repeat(5000) + "]".repeat(5000) + "}",
                        longLine,
                        PATIENT.formatted("9"))
                .map();

        Manifest.SourceCount count = sources(result).get("ndjson.Patient");
        assertThat(count.reasons())
                .isEqualTo(Map.of(
                        "BAD_JSON", 6L,
                        "NOT_A_RESOURCE", 2L,
                        "NESTED_BUNDLE", 1L,
                        "REPEATED", 1L,
                        "CONFLICT", 1L,
                        "VALUE_UNEXPECTED", 2L,
                        "PATIENT_MISSING", 1L,
                        "CODE_NOT_LISTED", 1L,
                        "TOO_LARGE", 1L));
        assertThat(count.read()).isEqualTo(18);
        assertThat(count.mapped()).isEqualTo(2);
        assertThat(count.balances()).isTrue();
    }

    @Test
    void brokenRowsAreCountedAndTheOthersMapped() throws IOException {
        String good = Hospital.row("A1", "女", 70, "-1.5", 1);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (String line : List.of(
                Hospital.HEADER,
                good,
                "",
                good,
                "导出中断,王磊",
                good.replace("A1", "A2").replace("女", "不明"),
                good.replace("A1", "A3").replace(",70,", ",约70岁,"),
                good.replace("A1", "A4").replace(",70,", ",700,"),
                good.replace("A1", ""),
                good.replace("A1", "A5").replace(",王磊,", ",\"王,\n磊\","),
                good.replace("A1", "A6").replace(",王磊,", ",\"王磊,"),
                good.replace("A1", "A7").replace(",王磊,", ",\"王\"磊,"),
                good.replace("A1", "A8").replace("-1.5", "未查"),
                good.replace(",70,", ",71,"),
                good.replace("A1", "A9").replace("王磊", "x".repeat(2 << 20)))) {
            file.write((line + "\r\n").getBytes(GB18030));
        }
        file.write(good.replace("A1", "A10").getBytes(GB18030));
        byte[] invalid = ("\r\n" + good.replace("A1", "A11")).getBytes(GB18030);
        invalid[8] = (byte) 0xff;
        file.write(invalid);

        MappingResult result =
                new Hospital(folder).file("e.csv", file.toByteArray()).map();

        Manifest.SourceCount count = sources(result).get("table.export");
        assertThat(count.reasons())
                .isEqualTo(Map.of(
                        "REPEATED", 1L,
                        "COLUMN_COUNT", 1L,
                        "VALUE_UNEXPECTED", 2L,
                        "VALUE_OUT_OF_RANGE", 1L,
                        "PATIENT_MISSING", 1L,
                        "QUOTE_BROKEN", 2L,
                        "CONFLICT", 1L,
                        "TOO_LARGE", 1L,
                        "CHARSET_INVALID", 1L));
        assertThat(count.mapped()).isEqualTo(4);
        assertThat(count.read()).isEqualTo(15);
    }

    @Test
    void delimitersAndCharacterSetsAreFound() {
        String row = Hospital.row("A1", "女", 70, "-1.5", 1);
        Hospital hospital = new Hospital(folder)
                .lines("a", StandardCharsets.UTF_8, "\uFEFF" + Hospital.HEADER, row)
                .lines("b", GB18030, semicolons(Hospital.HEADER), semicolons(row.replace("A1", "A2")))
                .lines("c", StandardCharsets.UTF_8, tabs(Hospital.HEADER), tabs(row.replace("A1", "A3")))
                .file("d.gz", gzip((Hospital.HEADER + "\n" + row.replace("A1", "A4")).getBytes(GB18030)));

        MappingResult result = hospital.map();

        assertThat(result.mapped()).isEqualTo(4).isEqualTo(result.read());
    }

    @Test
    void compressedAndCutFilesAreCounted() {
        byte[] lines = (PATIENT.formatted("1") + "\n" + PATIENT.formatted("2") + "\n")
                .repeat(3000)
                .getBytes(StandardCharsets.UTF_8);
        byte[] whole = gzip(lines);
        Hospital hospital = new Hospital(folder)
                .file("a.ndjson.gz", whole)
                .file("b.ndjson.gz", Arrays.copyOf(whole, whole.length - 12))
                .file("c.ndjson.gz", new byte[] {0x1f, (byte) 0x8b, 8, 0, 1})
                .file("d.ndjson.gz", gzip(new byte[0]))
                .file(
                        "e.json",
                        ("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":" + PATIENT.formatted("3")
                                        + "},{\"resource\":{\"resourceType\":\"Pat")
                                .getBytes(StandardCharsets.UTF_8));

        MappingResult result = hospital.map();

        assertThat(result.reasons().get("FILE_UNREADABLE")).isEqualTo(2);
        assertThat(result.reasons().get("BAD_JSON")).isEqualTo(1);
        assertThat(result.mapped()).isEqualTo(3);
        assertThat(sources(result).get("ndjson.Patient").read()).isGreaterThanOrEqualTo(6001);
    }

    @Test
    void quarantineNamesThePlaceAndNothingElse() throws IOException {
        String bad = Hospital.row("A2", "不明", 70, "-1", 0);
        MappingResult result = new Hospital(folder)
                .lines("王磊 10045921587.csv", GB18030, Hospital.HEADER, Hospital.row("A1", "女", 70, "-1", 0), bad)
                .lines("p.ndjson", StandardCharsets.UTF_8, PATIENT.formatted("1"), "{\"name\":\"王磊\"")
                .map();

        String quarantine = Files.readString(result.snapshot().resolve("quarantine.ndjson"));

        assertThat(quarantine)
                .isEqualTo(
                        ("{\"code\":\"BAD_JSON\",\"position\":\"1/2\",\"sha256\":\"%s\",\"source\":\"ndjson.Patient\"}\n"
                                        + "{\"code\":\"VALUE_UNEXPECTED\",\"position\":\"2/3\",\"sha256\":\"%s\",\"source\":"
                                        + "\"table.export\"}\n")
                                .formatted(
                                        Digest.of("{\"name\":\"王磊\"".getBytes(StandardCharsets.UTF_8)),
                                        Digest.of(bad.getBytes(GB18030))));
    }

    @Test
    void theRiskIsThatOfTheDeclaredColumns() {
        MappingResult result = new Hospital(folder)
                .lines(
                        "e.csv",
                        GB18030,
                        Hospital.HEADER,
                        Hospital.row("A1", "女", 70, "-1", 0),
                        Hospital.row("A2", "女", 70, "-2", 1),
                        Hospital.row("A3", "男", 70, "-1", 0),
                        Hospital.row("A4", "女", 92, "-1", 0),
                        Hospital.row("A5", "女", 95, "-1", 0))
                .map();

        Manifest.Risk risk = result.manifest().document().risk();
        assertThat(risk.quasiIdentifiers()).contains("export.age", "export.female");
        assertThat(risk.k()).isEqualTo(1);
        assertThat(risk.uniqueShare()).isEqualTo(0.2);
    }

    @Test
    void theOutputAppearsWholeOrNotAtAll() throws IOException {
        Hospital hospital = new Hospital(folder)
                .lines("p.ndjson", StandardCharsets.UTF_8, PATIENT.formatted("1"), PATIENT.formatted("2"));
        Path taken = Files.createDirectory(folder.resolve("taken"));
        Files.writeString(taken.resolve("x"), "x");
        Path empty = Files.createDirectory(folder.resolve("empty"));

        assertThat(code(hospital.input(), taken)).isEqualTo("OUTPUT_NOT_EMPTY");
        assertThat(code(hospital.input(), taken.resolve("x"))).isEqualTo("OUTPUT_NOT_EMPTY");
        assertThat(code(hospital.input(), hospital.input().resolve("out"))).isEqualTo("OUTPUT_IN_INPUT");
        assertThat(code(folder.resolve("absent"), folder.resolve("out"))).isEqualTo("INPUT_MISSING");
        assertThat(code(hospital.input(), taken.resolve("x/y"))).isEqualTo("OUTPUT_UNWRITABLE");
        assertThatThrownBy(() -> DataMapping.map(
                        hospital.input(),
                        folder.resolve("stopped"),
                        Profile.builtIn(),
                        Hospital.KEYS,
                        (source, units) -> {
                            throw new IllegalStateException("stopped by the listener");
                        }))
                .hasMessage("stopped by the listener");
        assertThat(DataMapping.map(hospital.input(), empty, Profile.builtIn(), Hospital.KEYS, MappingProgress.NONE)
                        .snapshot())
                .isEqualTo(empty);

        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("input", "taken", "empty");
        }
    }

    @Test
    void mutatedInputsBalance() {
        Random random = new Random(11);
        byte[] csv = (Hospital.HEADER + "\r\n" + Hospital.row("A1", "女", 70, "-1", 0) + "\r\n"
                        + Hospital.row("A2", "男", 60, "\"-2\"", 1) + "\r\n")
                .getBytes(GB18030);
        byte[] ndjson = (PATIENT.formatted("1") + "\n" + CONDITION.formatted("2", "Patient/1") + "\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] image = phantom("ZY1");
        Hospital hospital = new Hospital(folder);
        for (int i = 0; i < 400; i++) {
            byte[] base = List.of(csv, ndjson, image, gzip(csv), gzip(ndjson)).get(i % 5);
            byte[] mutated = random.nextInt(4) == 0 ? Arrays.copyOf(base, random.nextInt(base.length)) : base.clone();
            for (int j = 0; j < 4 && mutated.length > 0; j++) {
                mutated[random.nextInt(Math.min(mutated.length, 2000))] = (byte) random.nextInt(256);
            }
            hospital.file("f" + i, mutated);
        }

        MappingResult result = hospital.map();

        assertThat(result.manifest().document().sources()).allMatch(Manifest.SourceCount::balances);
        assertThat(result.read()).isGreaterThan(300);
        assertThat(result.mapped()).isPositive();
        Snapshot.open(result.snapshot()).verify();
    }

    private Hospital mixed() {
        String bundle = "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":"
                + CONDITION.formatted("b2", "urn:uuid:77") + "},\n{\"fullUrl\":\"urn:uuid:77\",\"resource\":"
                + PATIENT.formatted("b1") + "},{\"request\":{\"method\":\"DELETE\"}},"
                + "{\"resource\":{\"resourceType\":\"Claim\",\"id\":\"1\"}}]}";
        Hospital hospital = new Hospital(folder)
                .lines("fhir/Patient.ndjson", StandardCharsets.UTF_8, PATIENT.formatted("1"), PATIENT.formatted("2"))
                .file("fhir/bundle.json", bundle.getBytes(StandardCharsets.UTF_8))
                .lines(
                        "export.csv",
                        GB18030,
                        Hospital.HEADER,
                        Hospital.row("A1", "女", 70, "-1", 0),
                        Hospital.row("A2", "男", 60, "-2", 1))
                .lines("other.csv", StandardCharsets.UTF_8, "a,b,c", "1,2,3", "4,5,6")
                .lines("notes.txt", StandardCharsets.UTF_8, "a letter without columns", "and a second line")
                .file("picture.png", new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 0, 0, 1, 2, 3})
                .file("empty.dcm", new byte[0])
                .file("empty.csv", new byte[0]);
        for (int i = 0; i < 3; i++) {
            hospital.file("images/" + i, phantom("ZY1-0000" + i));
        }
        return hospital;
    }

    /** A DICOM phantom of a patient with this id. */
    private byte[] phantom(String id) {
        PhantomPatient made =
                PhantomPatient.invent("虚构医院", "ZY", id.hashCode(), 1).get(0);
        PhantomPatient patient = new PhantomPatient(
                id,
                made.name(),
                made.birthDate(),
                made.sex(),
                made.phone(),
                made.institution(),
                made.bodyPart(),
                made.modality(),
                made.characterSet(),
                made.explicitVr());
        try {
            Path images = Files.createTempDirectory(folder, "phantom");
            Path file =
                    DicomPhantoms.write(images, id.hashCode(), List.of(patient)).get(0);
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            Files.delete(images);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String code(Path input, Path out) {
        try {
            DataMapping.map(input, out, Profile.builtIn(), Hospital.KEYS, MappingProgress.NONE);
            return "";
        } catch (MappingException e) {
            return e.code();
        }
    }

    private static Map<String, Manifest.SourceCount> sources(MappingResult result) {
        Map<String, Manifest.SourceCount> sources = new TreeMap<>();
        result.manifest().document().sources().forEach(source -> sources.put(source.source(), source));
        return sources;
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String semicolons(String row) {
        return row.replace(',', ';');
    }

    private static String tabs(String row) {
        return row.replace(',', '\t');
    }
}
