package org.osteon.adapters.dicom;

/** What became of one file: a row with pixels, or one reason. Nothing in it identifies a patient. */
public sealed interface DicomOutcome permits DicomOutcome.Mapped, DicomOutcome.Rejected {
    /**
     * The file became a row.
     *
     * @param header the columns
     * @param pixels the samples
     */
    record Mapped(HeaderRow header, PixelFrames pixels) implements DicomOutcome {}

    /**
     * The file gave no row; {@link DicomCode#held} tells quarantine from rejection.
     *
     * @param code the reason to count
     * @param detail where and what, for the site's own list; never a value of the file
     */
    record Rejected(DicomCode code, String detail) implements DicomOutcome {}
}
