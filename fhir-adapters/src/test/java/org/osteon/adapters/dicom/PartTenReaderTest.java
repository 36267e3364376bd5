package org.osteon.adapters.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osteon.adapters.dicom.phantom.ElementWriter;

class PartTenReaderTest {
    private final PartTenReader reader = new PartTenReader(DicomLimits.standard());

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void definedAndUndefinedLengthsReadAlike(boolean explicit) {
        // Given
        ElementWriter item = ImageFile.elements(explicit).text(0x00080100, "SH", "X");
        byte[] file = ImageFile.file(ImageFile.elements(explicit)
                .sequence(0x00081032, true, item, item)
                .sequence(0x00082112, false, item, item)
                .sequence(0x00092112, false, item));
        // When
        Dataset dataset = reader.read(file);
        // Then
        assertThat(dataset.elements()).hasSize(3);
        assertThat(((Element.Sequence) dataset.element(0x00081032).orElseThrow()).items())
                .hasSize(2);
        assertThat(((Element.Sequence) dataset.element(0x00082112).orElseThrow()).items())
                .hasSize(2);
    }

    @Test
    void nestingBeyondTheLimitIsRefused() {
        // Given
        ElementWriter item = ImageFile.elements(true);
        for (int depth = 0; depth < 33; depth++) {
            item = ImageFile.elements(true).sequence(0x00081032, depth % 2 == 0, item);
        }
        byte[] file = ImageFile.file(item);
        // When / Then
        assertCode(file, DicomCode.TOO_DEEP);
    }

    @Test
    void tooManyElementsAndTooManyBytesAreRefused() {
        // Given
        byte[] file = ImageFile.of(true, between -> between);
        // When / Then
        assertThatThrownBy(() -> new PartTenReader(new DicomLimits(1 << 20, 5, 8, 100)).read(file))
                .isInstanceOfSatisfying(
                        DicomException.class, e -> assertThat(e.code()).isEqualTo(DicomCode.TOO_LARGE));
        assertThatThrownBy(() -> new PartTenReader(new DicomLimits(100, 500, 8, 100)).read(file))
                .isInstanceOfSatisfying(
                        DicomException.class, e -> assertThat(e.code()).isEqualTo(DicomCode.TOO_LARGE));
    }

    @Test
    void lengthsPastTheEndAreTruncation() {
        // Given
        byte[] file = ImageFile.of(true, between -> between);
        // When / Then
        assertCode(Arrays.copyOf(file, file.length - 1), DicomCode.TRUNCATED);
        assertCode(
                ImageFile.file(ImageFile.elements(true).bytes(0x00081032, "SQ", new byte[] {1, 2})),
                DicomCode.TRUNCATED);
    }

    @Test
    void contradictionsAreMalformed() {
        // Given / When / Then
        assertCode(
                ImageFile.file(
                        ImageFile.elements(true).text(0x00080060, "CS", "CR").text(0x00080060, "CS", "DX")),
                DicomCode.MALFORMED);
        assertCode(ImageFile.file(ImageFile.elements(true).text(0x00080060, "1x", "CR")), DicomCode.MALFORMED);
        assertCode(ImageFile.file(ImageFile.elements(true).text(Tag.ITEM, "CS", "CR")), DicomCode.MALFORMED);
    }

    @Test
    void whatIsNoPartTenFileSaysSo() {
        // Given
        byte[] file = ImageFile.of(true, between -> between);
        byte[] bare = ImageFile.identity(true).toBytes();
        // When / Then
        assertCode(new byte[0], DicomCode.NOT_DICOM);
        assertCode("患者姓名,身份证号\n".repeat(20).getBytes(StandardCharsets.UTF_8), DicomCode.NOT_DICOM);
        assertCode(Arrays.copyOfRange(file, 128, file.length), DicomCode.NO_META);
        assertCode(bare, DicomCode.NO_META);
        assertCode(Arrays.copyOf(file, 132), DicomCode.NO_META);
    }

    private void assertCode(byte[] file, DicomCode code) {
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOfSatisfying(
                        DicomException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
