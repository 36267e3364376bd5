package org.osteon.adapters.dicom;

import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.osteon.adapters.dicom.phantom.ElementWriter;

/** Small image files for tests: two rows and two columns of 8 or 16 bits, with room for other elements. */
final class ImageFile {
    static final String PATIENT = "CANARY-PATIENT-7731";
    static final byte[] KEY = "a key of the test, 32 bytes long".getBytes(StandardCharsets.US_ASCII);

    private ImageFile() {}

    static DicomMapper mapper() {
        return new DicomMapper(DicomLimits.standard(), KEY, id -> "pseudonym-" + Integer.toHexString(id.hashCode()));
    }

    static ElementWriter elements(boolean explicit) {
        return new ElementWriter(explicit, StandardCharsets.UTF_8);
    }

    /** Identity elements of a CR image. */
    static ElementWriter identity(boolean explicit) {
        return elements(explicit)
                .text(Tag.SOP_CLASS, "UI", "1.2.840.10008.5.1.4.1.1.1")
                .text(Tag.SOP_INSTANCE, "UI", "1.2.3.4")
                .text(Tag.MODALITY, "CS", "CR");
    }

    /** A CR image of 16 bits with elements put in between patient and pixel modules. */
    static byte[] of(boolean explicit, UnaryOperator<ElementWriter> between) {
        ElementWriter file = identity(explicit).text(Tag.PATIENT_ID, "LO", PATIENT);
        return file(mono16(between.apply(file), new byte[] {1, 0, 2, 0, 3, 0, 4, 0}));
    }

    static ElementWriter mono16(ElementWriter file, byte[] pixels) {
        return pixels(file, "MONOCHROME2", 1, 0, 16, 16, 0, "OW", pixels);
    }

    static ElementWriter pixels(
            ElementWriter file,
            String photometric,
            int samples,
            int planar,
            int allocated,
            int stored,
            int signed,
            String vr,
            byte[] pixels) {
        return file.unsignedShort(Tag.SAMPLES_PER_PIXEL, samples)
                .text(Tag.PHOTOMETRIC, "CS", photometric)
                .unsignedShort(Tag.PLANAR_CONFIGURATION, planar)
                .unsignedShort(Tag.ROWS, 2)
                .unsignedShort(Tag.COLUMNS, 2)
                .unsignedShort(Tag.BITS_ALLOCATED, allocated)
                .unsignedShort(Tag.BITS_STORED, stored)
                .unsignedShort(Tag.HIGH_BIT, stored - 1)
                .unsignedShort(Tag.PIXEL_REPRESENTATION, signed)
                .bytes(Tag.PIXEL_DATA, vr, pixels);
    }

    static byte[] file(ElementWriter elements) {
        return elements.toFile("1.2.840.10008.5.1.4.1.1.1", "1.2.3.4");
    }

    static DicomCode code(byte[] file) {
        return mapper().map(file) instanceof DicomOutcome.Rejected rejected ? rejected.code() : fail();
    }

    private static DicomCode fail() {
        throw new AssertionError("the file was mapped");
    }
}
