package org.osteon.adapters.dicom;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Maps DICOM Part 10 files to de-identified rows, one outcome a file; see {@code docs/spec/dicom-deidentification.md}.
 * Instances are immutable and safe for use by several threads if the pseudonymiser is.
 */
public final class DicomMapper {
    private final DicomLimits limits;
    private final Function<String, String> pseudonymiser;
    private final PartTenReader reader;
    private final Deidentifier deidentifier;
    private final PixelTextPolicy textPolicy = new PixelTextPolicy();

    /**
     * Wires a mapper.
     *
     * @param limits what one file may cost
     * @param uidKey secret of the site for UIDs, at least 16 bytes; the same key gives the same pseudonyms
     * @param pseudonymiser from Patient ID without padding to a pseudonym; the Patient ID goes nowhere else
     */
    public DicomMapper(DicomLimits limits, byte[] uidKey, Function<String, String> pseudonymiser) {
        this.limits = limits;
        this.pseudonymiser = pseudonymiser;
        this.reader = new PartTenReader(limits);
        this.deidentifier = new Deidentifier(new PseudoUids(uidKey));
    }

    /** Reads and maps one file; never throws for what the file contains. */
    public DicomOutcome map(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes((int) limits.fileBytes() + 1);
        } catch (IOException e) {
            return new DicomOutcome.Rejected(DicomCode.UNREADABLE, "the operating system refused to read the file");
        }
        return map(bytes);
    }

    /**
     * Maps the content of one file; never throws for what the file contains.
     *
     * @throws IllegalStateException if the pseudonymiser returns the Patient ID itself
     */
    public DicomOutcome map(byte[] file) {
        try {
            return mapped(reader.read(file));
        } catch (DicomException e) {
            return new DicomOutcome.Rejected(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private DicomOutcome mapped(Dataset original) {
        PixelFormat format = PixelFormat.of(original);
        textPolicy.check(original);
        String patientId = original.text(Tag.PATIENT_ID)
                .orElseThrow(() -> new DicomException(
                        DicomCode.PATIENT_ID_MISSING, "(0010,0020) is absent or empty; the row needs a patient"));
        Dataset header = deidentifier.deidentify(original);
        ByteRange pixelData = header.bytes(Tag.PIXEL_DATA)
                .orElseThrow(() -> new DicomException(DicomCode.NO_PIXELS, "the object carries no pixel data"));
        PixelFrames pixels = PixelFrames.read(format, pixelData, limits);
        String pseudonym = pseudonymiser.apply(patientId);
        if (pseudonym.equals(patientId)) {
            throw new IllegalStateException("the pseudonymiser returned its input; give it a keyed function");
        }
        return new DicomOutcome.Mapped(HeaderRow.of(pseudonym, original, header), pixels);
    }
}
