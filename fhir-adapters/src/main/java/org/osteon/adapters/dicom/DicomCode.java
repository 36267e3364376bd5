package org.osteon.adapters.dicom;

/**
 * Why a DICOM file gives no row. One file has at most one code; {@link #held} says which of the two counts it enters.
 */
public enum DicomCode {
    /** The file could not be read from disk. */
    UNREADABLE,
    /** Neither the {@code DICM} prefix of PS3.10 section 7.1 nor the start of a bare data set. */
    NOT_DICOM,
    /** A data set without the file meta information of PS3.10 section 7.1. */
    NO_META,
    /** File meta information without Transfer Syntax UID (0002,0010). */
    TRANSFER_SYNTAX_MISSING,
    /** A transfer syntax other than implicit and explicit VR little endian (PS3.5 Annex A.1 and A.2). */
    TRANSFER_SYNTAX_UNSUPPORTED,
    /** A media directory (PS3.10 section 8.6), not an object of a patient. */
    DICOMDIR,
    /** A length points past the end of the file or of the enclosing item. */
    TRUNCATED,
    /** The encoding contradicts PS3.5 section 7. */
    MALFORMED,
    /** More bytes, elements or samples than {@link DicomLimits} allows. */
    TOO_LARGE,
    /** Sequences nested deeper than {@link DicomLimits} allows. */
    TOO_DEEP,
    /**
     * Specific Character Set (0008,0005) names a repertoire that is not supported, or a value does not decode in it.
     */
    CHARSET_UNSUPPORTED,
    /** No Patient ID (0010,0020): the row could not be governed per patient. */
    PATIENT_ID_MISSING,
    /** No SOP Instance UID (0008,0018): the row could not be told from its copies. */
    INSTANCE_UID_MISSING,
    /** The object carries no Pixel Data (7FE0,0010): a report, a plan, a waveform, a header. */
    NO_PIXELS,
    /** A pixel format other than 8 or 16 bits allocated, MONOCHROME1, MONOCHROME2 or RGB. */
    PIXELS_UNSUPPORTED,
    /** The image attributes are missing or out of range, or contradict the number of bytes of the pixel data. */
    PIXELS_INCONSISTENT,
    /** Burned In Annotation (0028,0301) is YES: the pixels show identifying text. */
    BURNED_IN_ANNOTATION,
    /** A kind of image that often shows text (see {@code PixelTextPolicy}), and nobody declared that it shows none. */
    PIXEL_TEXT_RISK;

    /** Whether the file is sound but waits for a person's decision (quarantined); otherwise it is rejected. */
    public boolean held() {
        return this == BURNED_IN_ANNOTATION || this == PIXEL_TEXT_RISK;
    }
}
