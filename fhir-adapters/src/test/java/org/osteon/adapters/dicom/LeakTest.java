package org.osteon.adapters.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.adapters.dicom.phantom.DicomPhantoms;
import org.osteon.adapters.dicom.phantom.PhantomPatient;

class LeakTest {
    private final DicomMapper mapper = ImageFile.mapper();

    @Test
    void nothingThatIdentifiesAPhantomIsInItsOutcome(@TempDir Path directory) throws IOException {
        // Given invented people in both encodings and both syntaxes, and a file name that is an identifier
        List<PhantomPatient> patients = PhantomPatient.invent("沙河口虚构医院", "ZY99", 20261123, 24);
        List<Path> files = DicomPhantoms.write(directory, 7, patients);
        for (int i = 0; i < files.size(); i++) {
            PhantomPatient patient = patients.get(i);
            Path named = directory.resolve(patient.id() + "_" + i + ".dcm");
            Files.move(files.get(i), named);
            List<String> planted = planted(patient);
            Charset charset =
                    patient.characterSet().equals("GB18030") ? Charset.forName("GB18030") : StandardCharsets.UTF_8;
            String raw = new String(Files.readAllBytes(named), charset);
            assertThat(raw).as("the file carries what is looked for").contains(planted);
            // When
            DicomOutcome.Mapped outcome = (DicomOutcome.Mapped) mapper.map(named);
            // Then
            String exposed = outcome + " " + new String(outcome.pixels().frameBytes(0), charset);
            assertThat(exposed).doesNotContain(planted.toArray(String[]::new));
            assertThat(outcome.header().bodyPart()).isEqualTo(patient.bodyPart());
            assertThat(outcome.header().sex()).isEqualTo(patient.sex());
            assertThat(outcome.header().ageBand()).isNotNull();
        }
    }

    @Test
    void aRefusalTellsNothingAboutThePatient(@TempDir Path directory) throws IOException {
        // Given
        List<PhantomPatient> patients = PhantomPatient.invent("沙河口虚构医院", "ZY99", 3, 4);
        for (Path path : DicomPhantoms.write(directory, 7, patients)) {
            PhantomPatient patient =
                    patients.get(Integer.parseInt(path.getFileName().toString().substring(3, 8)) - 1);
            byte[] file = Files.readAllBytes(path);
            for (int length = 0; length < 3000; length += 7) {
                // When
                DicomOutcome outcome = mapper.map(Arrays.copyOf(file, length));
                // Then
                assertThat(outcome).isInstanceOf(DicomOutcome.Rejected.class);
                assertThat(outcome.toString()).doesNotContain(planted(patient).toArray(String[]::new));
            }
        }
    }

    @Test
    void theSameSeedWritesTheSameBytes(@TempDir Path first, @TempDir Path second) throws IOException {
        // Given
        List<PhantomPatient> patients = PhantomPatient.invent("A", "B", 1, 3);
        // When
        List<Path> one = DicomPhantoms.write(first, 5, patients);
        List<Path> two = DicomPhantoms.write(second, 5, patients);
        List<Path> three = DicomPhantoms.write(second.resolve("other"), 6, patients);
        // Then
        for (int i = 0; i < one.size(); i++) {
            assertThat(one.get(i)).hasSameBinaryContentAs(two.get(i));
            assertThat(Files.mismatch(one.get(i), three.get(i))).isNotNegative();
        }
    }

    private static List<String> planted(PhantomPatient patient) {
        return List.of(
                patient.id(),
                patient.name(),
                patient.phone(),
                patient.institution(),
                DateTimeFormatter.BASIC_ISO_DATE.format(patient.birthDate()),
                "赵^主任");
    }
}
