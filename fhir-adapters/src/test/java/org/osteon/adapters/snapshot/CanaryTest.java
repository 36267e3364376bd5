package org.osteon.adapters.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.adapters.parquet.ColumnKind;
import org.osteon.adapters.parquet.TableColumn;
import org.osteon.adapters.parquet.TableReader;
import org.osteon.protocol.document.Manifest;

/** Plants canaries wherever an input can carry text, and looks for them in all that a mapping leaves behind. */
class CanaryTest {
    private static final Charset GB18030 = Charset.forName("GB18030");

    @TempDir
    Path folder;

    @Test
    void noPlantedTextIsInAnyOutput() throws IOException {
        // Given one canary a place
        List<String> canaries = new ArrayList<>();
        Hospital hospital = new Hospital(folder);
        List<String> lines = new ArrayList<>();
        for (String type : List.of(
                "Patient",
                "Observation",
                "Condition",
                "Procedure",
                "Encounter",
                "ImagingStudy",
                "MedicationRequest",
                "DiagnosticReport")) {
            for (String place : PLACES) {
                String canary = "金丝雀" + canaries.size() + "Canary" + canaries.size() + "x";
                canaries.add(canary);
                lines.add(resource(type, lines.size()).replace("}@", "," + place.replace("%", canary) + "}"));
            }
        }
        lines.add(resource("Patient", 9000).replace("}@", ",\"name\":\"" + plant(canaries) + "\""));
        lines.add(plant(canaries));
        hospital.lines("a/" + plant(canaries) + ".ndjson", StandardCharsets.UTF_8, lines.toArray(String[]::new));
        String row = Hospital.row("A1", "女", 70, "-1.5", 1);
        List<String> rows = new ArrayList<>(List.of(Hospital.HEADER + "," + plant(canaries)));
        for (int column = 0; column < 20; column++) {
            String[] fields = row.replace("A1", "B" + column).split(",", -1);
            fields[column] = plant(canaries);
            rows.add(String.join(",", fields) + "," + plant(canaries));
        }
        rows.add(plant(canaries));
        rows.add("\"" + plant(canaries));
        hospital.lines(plant(canaries) + "/export.csv", GB18030, rows.toArray(String[]::new));
        hospital.lines("unknown.csv", GB18030, plant(canaries) + "," + plant(canaries), plant(canaries) + ",1");
        hospital.lines("letter.txt", StandardCharsets.UTF_8, plant(canaries));

        // When
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        MappingResult result;
        try (PrintStream catcher = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(catcher);
            System.setErr(catcher);
            result = hospital.map();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }

        // Then
        assertThat(result.mapped()).isGreaterThan(30);
        List<byte[]> outputs = outputs(result.snapshot());
        outputs.add(printed.toByteArray());
        outputs.add((result + " " + result.manifest()).getBytes(StandardCharsets.UTF_8));
        assertThat(found(outputs, canaries)).isEmpty();

        // And a planted leak is found in each encoding
        for (byte[] leak : forms(canaries.get(7))) {
            List<byte[]> leaking = new ArrayList<>(outputs);
            leaking.add(("before " + new String(leak, StandardCharsets.ISO_8859_1) + " after")
                    .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(found(leaking, canaries)).containsExactly(canaries.get(7));
        }
    }

    private static final List<String> PLACES = List.of(
            "\"text\":{\"status\":\"generated\",\"div\":\"<div>%</div>\"}",
            "\"extension\":[{\"url\":\"http://example.org/%\",\"valueString\":\"%\"}]",
            "\"note\":[{\"text\":\"%\"}]",
            "\"identifier\":[{\"system\":\"http://example.org\",\"value\":\"%\"}]",
            "\"name\":[{\"family\":\"%\",\"given\":[\"%\"]}]",
            "\"telecom\":[{\"system\":\"phone\",\"value\":\"%\"}]",
            "\"address\":[{\"line\":[\"%\"],\"city\":\"%\"}]",
            "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"c\",\"name\":[{\"text\":\"%\"}]}]",
            "\"meta\":{\"source\":\"%\",\"tag\":[{\"code\":\"%\",\"display\":\"%\"}]}",
            "\"performer\":[{\"reference\":\"Practitioner/1\",\"display\":\"%\"}]",
            "\"valueString\":\"%\"",
            "\"gender\":\"%\"",
            "\"birthDate\":\"%\"",
            "\"status\":\"%\"",
            "\"%\":1",
            "\"code\":{\"text\":\"%\",\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"%\",\"display\":\"%\"}]}",
            "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"39156-5\",\"display\":\"%\"}]}",
            "\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"64859006\",\"display\":\"%\"}]}",
            "\"valueQuantity\":{\"value\":3,\"unit\":\"%\",\"code\":\"%\"}",
            "\"valueCodeableConcept\":{\"text\":\"%\",\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"%\"}]}",
            "\"class\":{\"code\":\"%\"}",
            "\"series\":[{\"uid\":\"%\",\"modality\":{\"code\":\"%\"}}]",
            "\"effectiveDateTime\":\"%\"",
            "\"onsetDateTime\":\"2020 %\"",
            "\"period\":{\"start\":\"2020-%\"}");

    private static String resource(String type, int id) {
        String subject = type.equals("Patient") ? "" : ",\"subject\":{\"reference\":\"Patient/1\",\"display\":\"d\"}";
        return "{\"resourceType\":\"" + type + "\",\"id\":\"" + id + "\"" + subject + "}@";
    }

    private static String plant(List<String> canaries) {
        String canary = "金丝雀" + canaries.size() + "Canary" + canaries.size() + "x";
        canaries.add(canary);
        return canary;
    }

    /** Every file as it lies, and every value of every table. */
    private static List<byte[]> outputs(Path snapshot) throws IOException {
        List<byte[]> outputs = new ArrayList<>();
        try (Stream<Path> files = Files.walk(snapshot)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                outputs.add(Files.readAllBytes(file));
                outputs.add(file.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        Snapshot opened = Snapshot.open(snapshot);
        for (Manifest.Table table : opened.manifest().tables()) {
            List<TableColumn> columns = table.columns().stream()
                    .map(column -> new TableColumn(
                            column.name(), ColumnKind.labelled(column.type()).orElseThrow(), column.action()))
                    .toList();
            TableReader.read(opened.file(table), columns, row -> outputs.add(bytes(row)));
        }
        return outputs;
    }

    private static byte[] bytes(@Nullable Object[] row) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object value : row) {
            try {
                bytes.write(
                        value instanceof byte[] raw
                                ? raw
                                : String.valueOf(value).getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return bytes.toByteArray();
    }

    private static List<String> found(List<byte[]> outputs, List<String> canaries) {
        List<String> texts = outputs.stream()
                .map(output -> new String(output, StandardCharsets.ISO_8859_1))
                .toList();
        List<String> found = new ArrayList<>();
        for (String canary : canaries) {
            boolean leaked = forms(canary).stream()
                    .map(form -> new String(form, StandardCharsets.ISO_8859_1))
                    .anyMatch(form -> texts.stream().anyMatch(text -> text.contains(form)));
            if (leaked) {
                found.add(canary);
            }
        }
        return found;
    }

    /** The canary in the encodings in which it could leave, cut where Base64 depends on the neighbours. */
    private static List<byte[]> forms(String canary) {
        byte[] utf8 = canary.getBytes(StandardCharsets.UTF_8);
        return Arrays.asList(
                utf8,
                canary.getBytes(StandardCharsets.UTF_16LE),
                canary.getBytes(StandardCharsets.UTF_16BE),
                canary.getBytes(GB18030),
                canary.substring(canary.indexOf('C')).getBytes(StandardCharsets.US_ASCII),
                HexFormat.of().formatHex(utf8).getBytes(StandardCharsets.US_ASCII),
                Base64.getEncoder()
                        .encodeToString(Arrays.copyOf(utf8, utf8.length / 3 * 3))
                        .getBytes(StandardCharsets.US_ASCII));
    }
}
