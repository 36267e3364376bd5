package org.osteon.adapters.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedFilesTest {
    private final DicomMapper mapper = ImageFile.mapper();

    @Test
    void everyFileHasExactlyOneDisposition() throws IOException {
        // Given a count that does not come from the mapper
        int[] independent = {0};
        Files.walkFileTree(SharedFiles.directory(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                independent[0]++;
                return FileVisitResult.CONTINUE;
            }
        });
        // When
        Map<String, Integer> counts = new TreeMap<>();
        try (Stream<Path> files = Files.list(SharedFiles.directory())) {
            for (Path file : files.sorted().toList()) {
                DicomOutcome outcome = mapper.map(file);
                String key = outcome instanceof DicomOutcome.Rejected rejected
                        ? rejected.code().name()
                        : "MAPPED";
                counts.merge(key, 1, Integer::sum);
            }
        }
        // Then
        System.out.println("DICOM dispositions of " + independent[0] + " files: " + counts);
        assertThat(counts.values().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(independent[0])
                .isEqualTo(146);
        assertThat(counts)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("MAPPED", 4),
                        Map.entry("DICOMDIR", 1),
                        Map.entry("NOT_DICOM", 1),
                        Map.entry("NO_META", 3),
                        Map.entry("NO_PIXELS", 63),
                        Map.entry("PIXELS_INCONSISTENT", 2),
                        Map.entry("PIXELS_UNSUPPORTED", 6),
                        Map.entry("PIXEL_TEXT_RISK", 15),
                        Map.entry("TRANSFER_SYNTAX_MISSING", 1),
                        Map.entry("TRANSFER_SYNTAX_UNSUPPORTED", 48),
                        Map.entry("TRUNCATED", 2)));
    }

    /** Minimum, maximum and sum as another DICOM library computes them. */
    @ParameterizedTest
    @CsvSource({
        "CT_small.dcm, CT, 128, 128, 128, 2191, 14826310",
        "MR_small.dcm, MR, 64, 64, 127, 2145, 2125338",
        "MR_small_implicit.dcm, MR, 64, 64, 127, 2145, 2125338",
        "examples_overlay.dcm, MR, 300, 484, 0, 1123, 27833052"
    })
    void aGoodFileGivesItsPixels(String name, String modality, int rows, int columns, int min, int max, long sum) {
        // Given
        Path file = SharedFiles.directory().resolve(name);
        // When
        DicomOutcome.Mapped mapped = (DicomOutcome.Mapped) mapper.map(file);
        // Then
        int[] samples = mapped.pixels().frame(0);
        assertThat(mapped.header().modality()).isEqualTo(modality);
        assertThat(mapped.pixels().format().rows()).isEqualTo(rows);
        assertThat(mapped.pixels().format().columns()).isEqualTo(columns);
        assertThat(Arrays.stream(samples).min()).hasValue(min);
        assertThat(Arrays.stream(samples).max()).hasValue(max);
        assertThat(Arrays.stream(samples).asLongStream().sum()).isEqualTo(sum);
    }

    @ParameterizedTest
    @CsvSource({
        "MR_small_bigendian.dcm, TRANSFER_SYNTAX_UNSUPPORTED",
        "image_dfl.dcm, TRANSFER_SYNTAX_UNSUPPORTED",
        "JPEG2000.dcm, TRANSFER_SYNTAX_UNSUPPORTED",
        "MR_small_RLE.dcm, TRANSFER_SYNTAX_UNSUPPORTED",
        "ExplVR_LitEndNoMeta.dcm, NO_META",
        "MR_truncated.dcm, TRUNCATED",
        "rtplan_truncated.dcm, TRUNCATED",
        "DICOMDIR-empty.dcm, DICOMDIR",
        "meta_missing_tsyntax.dcm, TRANSFER_SYNTAX_MISSING",
        "waveform_ecg.dcm, NO_PIXELS",
        "rtdose.dcm, PIXELS_UNSUPPORTED",
        "examples_rgb_color.dcm, PIXEL_TEXT_RISK"
    })
    void anUnusableFileGivesItsReason(String name, DicomCode code) throws IOException {
        // Given
        byte[] file = Files.readAllBytes(SharedFiles.directory().resolve(name));
        // When / Then
        assertThat(ImageFile.code(file)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "chrH31.dcm, Yamada^Tarou=山田^太郎=やまだ^たろう",
        "chrH32.dcm, ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        "chrI2.dcm, Hong^Gildong=洪^吉洞=홍^길동",
        "chrX1.dcm, Wang^XiaoDong=王^小東=",
        "chrX2.dcm, Wang^XiaoDong=王^小东=",
        "chrRuss.dcm, Люкceмбypг",
        "chrGreek.dcm, Διονυσιος",
        "chrFrenMulti.dcm, Buc^Jérôme"
    })
    void aNameDecodesInItsCharacterSets(String name, String expected) throws IOException {
        // Given
        byte[] file = Files.readAllBytes(SharedFiles.directory().resolve(name));
        // When
        Dataset dataset = new PartTenReader(DicomLimits.standard()).read(file);
        // Then
        assertThat(dataset.text(0x00100010)).contains(expected);
    }
}
