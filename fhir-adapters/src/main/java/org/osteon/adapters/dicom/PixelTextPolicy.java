package org.osteon.adapters.dicom;

import java.util.Set;

/**
 * Decides by the header whether pixels may show identifying text (PS3.15 section E.3.1: cleaning pixel data is an
 * option that is not offered here). Captured screens, scans, ultrasound and the like wait for a person unless Burned In
 * Annotation (PS3.3 section C.7.6.1.1.5) says NO.
 */
final class PixelTextPolicy {
    private static final Set<String> USUALLY_WITHOUT_TEXT =
            Set.of("CR", "CT", "DX", "MG", "MR", "NM", "PT", "PX", "RG");
    private static final String SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";

    /** Throws when the file must be held back. */
    void check(Dataset header) {
        String burnedIn = header.code(Tag.BURNED_IN).orElse("");
        if (burnedIn.equals("YES")) {
            throw new DicomException(
                    DicomCode.BURNED_IN_ANNOTATION, "(0028,0301) says that the pixels show identifying text");
        }
        String sopClass = header.code(Tag.SOP_CLASS).orElse("");
        boolean captured = sopClass.equals(SECONDARY_CAPTURE)
                || sopClass.startsWith(SECONDARY_CAPTURE + ".")
                || header.code(Tag.CONVERSION_TYPE).isPresent();
        boolean usual =
                header.code(Tag.MODALITY).filter(USUALLY_WITHOUT_TEXT::contains).isPresent();
        if (!burnedIn.equals("NO") && (captured || !usual)) {
            throw new DicomException(
                    DicomCode.PIXEL_TEXT_RISK,
                    "this kind of image often shows text; have a person look and set (0028,0301) to NO");
        }
    }
}
