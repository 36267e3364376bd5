package org.osteon.adapters.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.osteon.adapters.dicom.phantom.ElementWriter;

class PixelFramesTest {
    private final DicomMapper mapper = ImageFile.mapper();

    @Test
    void colourByPlaneComesOutByPixel() {
        // Given
        byte[] planes = {1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24};
        byte[] pixels = {1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24};
        // When
        PixelFrames byPlane = frames(ImageFile.pixels(patient(), "RGB", 3, 1, 8, 8, 0, "OB", planes));
        PixelFrames byPixel = frames(ImageFile.pixels(patient(), "RGB", 3, 0, 8, 8, 0, "OB", pixels));
        // Then
        assertThat(byPlane.frame(0)).containsExactly(1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24);
        assertThat(byPixel.frame(0)).isEqualTo(byPlane.frame(0));
        assertThat(byPixel.frameBytes(0)).isEqualTo(pixels);
        assertThat(byPixel.dtype()).isEqualTo("u1");
    }

    @Test
    void framesOfColourByPlaneStayApart() {
        // Given
        byte[] planes = new byte[24];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (byte) i;
        }
        ElementWriter file = patient()
                .unsignedShort(Tag.SAMPLES_PER_PIXEL, 3)
                .text(Tag.PHOTOMETRIC, "CS", "RGB")
                .unsignedShort(Tag.PLANAR_CONFIGURATION, 1)
                .text(Tag.FRAMES, "IS", "2")
                .unsignedShort(Tag.ROWS, 2)
                .unsignedShort(Tag.COLUMNS, 2)
                .unsignedShort(Tag.BITS_ALLOCATED, 8)
                .bytes(Tag.PIXEL_DATA, "OB", planes);
        // When
        PixelFrames frames = frames(file);
        // Then
        assertThat(frames.frame(0)).containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        assertThat(frames.frame(1)).containsExactly(12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23);
    }

    @Test
    void signIsExtendedFromTheHighBitAndOverlayBitsAreCut() {
        // Given twelve stored bits: -1, -2048, 2047, and 5 under overlay bits
        byte[] bytes = {(byte) 0xFF, 0x0F, 0x00, 0x08, (byte) 0xFF, 0x07, 0x05, (byte) 0xF0};
        // When
        PixelFrames signed = frames(ImageFile.pixels(patient(), "MONOCHROME1", 1, 0, 16, 12, 1, "OW", bytes));
        PixelFrames unsigned = frames(ImageFile.pixels(patient(), "MONOCHROME2", 1, 0, 16, 12, 0, "OW", bytes));
        // Then
        assertThat(signed.frame(0)).containsExactly(-1, -2048, 2047, 5);
        assertThat(signed.frameBytes(0)).startsWith(0xFF, 0xFF, 0x00, 0xF8);
        assertThat(signed.dtype()).isEqualTo("i2");
        assertThat(unsigned.frame(0)).containsExactly(4095, 2048, 2047, 5);
    }

    @Test
    void pixelDataOfAnotherLengthIsRefused() {
        // Given / When / Then
        assertThat(ImageFile.code(ImageFile.file(ImageFile.mono16(patient(), new byte[6]))))
                .isEqualTo(DicomCode.PIXELS_INCONSISTENT);
        assertThat(ImageFile.code(ImageFile.file(ImageFile.mono16(patient(), new byte[10]))))
                .isEqualTo(DicomCode.PIXELS_INCONSISTENT);
        assertThat(ImageFile.code(
                        ImageFile.file(ImageFile.pixels(patient(), "YBR_FULL", 3, 0, 8, 8, 0, "OB", new byte[12]))))
                .isEqualTo(DicomCode.PIXELS_UNSUPPORTED);
        assertThat(ImageFile.code(ImageFile.file(
                        ImageFile.pixels(patient(), "MONOCHROME2", 1, 0, 32, 32, 0, "OW", new byte[16]))))
                .isEqualTo(DicomCode.PIXELS_UNSUPPORTED);
    }

    private static ElementWriter patient() {
        return ImageFile.identity(true).text(Tag.PATIENT_ID, "LO", ImageFile.PATIENT);
    }

    private PixelFrames frames(ElementWriter file) {
        return ((DicomOutcome.Mapped) mapper.map(ImageFile.file(file))).pixels();
    }
}
