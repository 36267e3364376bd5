package org.osteon.adapters.dicom;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads PS3.10 files: 128 bytes of preamble, {@code DICM}, file meta information (section 7.1), one data set. */
final class PartTenReader {
    static final String IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
    static final String EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
    private static final String MEDIA_DIRECTORY = "1.2.840.10008.1.3.10";
    private static final int PREAMBLE = 128;
    private static final byte[] PREFIX = "DICM".getBytes(StandardCharsets.US_ASCII);
    private static final int META_GROUP = 2;

    private final DicomLimits limits;

    PartTenReader(DicomLimits limits) {
        this.limits = limits;
    }

    /** The data set after the file meta information; its values refer to {@code file}, nothing is copied. */
    Dataset read(byte[] file) {
        if (file.length > limits.fileBytes()) {
            throw new DicomException(DicomCode.TOO_LARGE, file.length + " bytes, at most " + limits.fileBytes());
        }
        if (!prefixAt(file, PREAMBLE)) {
            throw prefixAt(file, 0) || startsLikeDataset(file)
                    ? new DicomException(DicomCode.NO_META, "no preamble with DICM before the data set")
                    : new DicomException(DicomCode.NOT_DICOM, "no DICM at byte 128");
        }
        Cursor in = new Cursor(file, PREAMBLE + PREFIX.length, file.length);
        DatasetReader reader = new DatasetReader(limits);
        if (in.remaining() < 2 || in.peekGroup() != META_GROUP) {
            throw new DicomException(DicomCode.NO_META, "no group 0002 after DICM");
        }
        Dataset meta = reader.readGroup(in, META_GROUP);
        if (meta.code(Tag.MEDIA_STORAGE_SOP_CLASS)
                .filter(MEDIA_DIRECTORY::equals)
                .isPresent()) {
            throw new DicomException(DicomCode.DICOMDIR, "a media directory, not an object of a patient");
        }
        String syntax = meta.code(Tag.TRANSFER_SYNTAX)
                .orElseThrow(() -> new DicomException(DicomCode.TRANSFER_SYNTAX_MISSING, "(0002,0010) is absent"));
        if (!syntax.equals(IMPLICIT_LITTLE_ENDIAN) && !syntax.equals(EXPLICIT_LITTLE_ENDIAN)) {
            throw new DicomException(
                    DicomCode.TRANSFER_SYNTAX_UNSUPPORTED,
                    "only implicit and explicit VR little endian are read; convert the file");
        }
        return reader.read(in, syntax.equals(EXPLICIT_LITTLE_ENDIAN));
    }

    private static boolean prefixAt(byte[] file, int at) {
        return file.length >= at + PREFIX.length
                && Arrays.equals(file, at, at + PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    /** A first element of group 0002 or 0008 in either byte order, with an explicit VR or a plausible length. */
    private static boolean startsLikeDataset(byte[] file) {
        if (file.length < 8) {
            return false;
        }
        boolean little = file[1] == 0 && (file[0] == 2 || file[0] == 8) && file[3] == 0;
        boolean big = file[0] == 0 && (file[1] == 2 || file[1] == 8) && file[2] == 0;
        String vr = new String(file, 4, 2, StandardCharsets.ISO_8859_1);
        boolean shortLength = file[6] == 0 && file[7] == 0;
        return (little || big) && (Vr.named(vr).isPresent() || (little && shortLength));
    }
}
