package org.osteon.adapters.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osteon.adapters.dicom.phantom.ElementWriter;

class DicomMapperTest {
    private final DicomMapper mapper = ImageFile.mapper();

    @Test
    void pixelsThatMayShowTextAreHeld() {
        // Given
        byte[] burned = ImageFile.file(ImageFile.mono16(patient("CR").text(Tag.BURNED_IN, "CS", "YES"), new byte[8]));
        byte[] ultrasound = ImageFile.file(ImageFile.mono16(patient("US"), new byte[8]));
        byte[] declared = ImageFile.file(ImageFile.mono16(patient("US").text(Tag.BURNED_IN, "CS", "NO"), new byte[8]));
        // When / Then
        assertThat(ImageFile.code(burned))
                .isEqualTo(DicomCode.BURNED_IN_ANNOTATION)
                .matches(DicomCode::held);
        assertThat(ImageFile.code(ultrasound))
                .isEqualTo(DicomCode.PIXEL_TEXT_RISK)
                .matches(DicomCode::held);
        assertThat(mapper.map(declared)).isInstanceOf(DicomOutcome.Mapped.class);
    }

    @Test
    void aRowNeedsAPatientAndAnInstance() {
        // Given
        byte[] nobody = ImageFile.file(ImageFile.mono16(ImageFile.identity(true), new byte[8]));
        byte[] noInstance = ImageFile.file(ImageFile.mono16(
                ImageFile.elements(true).text(Tag.MODALITY, "CS", "CR").text(Tag.PATIENT_ID, "LO", "1"), new byte[8]));
        // When / Then
        assertThat(ImageFile.code(nobody)).isEqualTo(DicomCode.PATIENT_ID_MISSING);
        assertThat(ImageFile.code(noInstance)).isEqualTo(DicomCode.INSTANCE_UID_MISSING);
    }

    @Test
    void aPatientIdInAnUnknownCharacterSetIsRefused() {
        // Given
        byte[] file = ImageFile.file(ImageFile.mono16(
                ImageFile.elements(true)
                        .text(Tag.SPECIFIC_CHARACTER_SET, "CS", "KLINGON")
                        .text(Tag.SOP_INSTANCE, "UI", "1.2.3")
                        .text(Tag.MODALITY, "CS", "CR")
                        .text(Tag.PATIENT_ID, "LO", "病人"),
                new byte[8]));
        // When / Then
        assertThat(ImageFile.code(file)).isEqualTo(DicomCode.CHARSET_UNSUPPORTED);
    }

    @ParameterizedTest
    @CsvSource({"065Y, 60-69", "009Y, 0-9", "093Y, 90+", "018M, 0-9", "zzzz, ", "999Y, "})
    void ageIsReleasedAsABandOnly(String age, String band) {
        // Given
        byte[] file = ImageFile.of(true, between -> between.text(Tag.PATIENT_AGE, "AS", age));
        // When
        DicomOutcome.Mapped mapped = (DicomOutcome.Mapped) mapper.map(file);
        // Then
        assertThat(mapped.header().ageBand()).isEqualTo(band);
    }

    @Test
    void aCodeThatIsNotListedBecomesOther() {
        // Given
        byte[] file = ImageFile.of(
                true,
                between -> between.text(Tag.BODY_PART, "CS", "WANG LI")
                        .text(Tag.IMAGER_PIXEL_SPACING, "DS", "0.5\\WANG")
                        .text(Tag.VIEW_POSITION, "CS", "AP"));
        // When
        DicomOutcome.Mapped mapped = (DicomOutcome.Mapped) mapper.map(file);
        // Then
        assertThat(mapped.header().bodyPart()).isEqualTo("OTHER");
        assertThat(mapped.header().viewPosition()).isEqualTo("AP");
        assertThat(mapped.header().rowSpacing()).isEqualTo(0.5);
        assertThat(mapped.header().columnSpacing()).isNull();
        assertThat(mapped.toString()).doesNotContain("WANG");
    }

    @Test
    void aNumberThatIsNoMeasureIsLeftOut() {
        // Given a telephone number as spacing and as the end of a class UID
        byte[] file = ImageFile.file(ImageFile.mono16(
                ImageFile.elements(true)
                        .text(Tag.SOP_CLASS, "UI", "1.2.840.10008.5.1.4.1.1.10012345678")
                        .text(Tag.SOP_INSTANCE, "UI", "1.2.3")
                        .text(Tag.MODALITY, "CS", "CR")
                        .text(Tag.PATIENT_ID, "LO", ImageFile.PATIENT)
                        .text(Tag.IMAGER_PIXEL_SPACING, "DS", "10012345678\\0.2"),
                new byte[8]));
        // When
        DicomOutcome.Mapped mapped = (DicomOutcome.Mapped) mapper.map(file);
        // Then
        assertThat(mapped.header().rowSpacing()).isNull();
        assertThat(mapped.header().columnSpacing()).isEqualTo(0.2);
        assertThat(mapped.header().sopClass()).isEqualTo("OTHER");
    }

    @Test
    void aPseudonymiserThatReturnsItsInputIsAFault() {
        // Given
        DicomMapper leaking = new DicomMapper(DicomLimits.standard(), ImageFile.KEY, id -> id);
        byte[] file = ImageFile.of(true, between -> between);
        // When / Then
        assertThatThrownBy(() -> leaking.map(file)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatCannotBeReadIsCounted(@TempDir Path directory) {
        // Given / When / Then
        assertThat(mapper.map(directory.resolve("absent.dcm")))
                .isInstanceOfSatisfying(
                        DicomOutcome.Rejected.class, r -> assertThat(r.code()).isEqualTo(DicomCode.UNREADABLE));
    }

    private static ElementWriter patient(String modality) {
        return ImageFile.elements(true)
                .text(Tag.SOP_INSTANCE, "UI", "1.2.3.4")
                .text(Tag.MODALITY, "CS", modality)
                .text(Tag.PATIENT_ID, "LO", ImageFile.PATIENT);
    }
}
