package org.osteon.adapters.dicom;

/** A DICOM file cannot be used. The message names place and kind of the fault, never a value of the file. */
public final class DicomException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final DicomCode code;

    DicomException(DicomCode code, String message) {
        super(message);
        this.code = code;
    }

    /** The one reason. */
    public DicomCode code() {
        return code;
    }
}
