package org.osteon.adapters.dicom;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The columns that leave a header; no other attribute does. Codes are allow-listed ({@code OTHER} stands for any value
 * outside), numbers are parsed, UIDs are pseudonyms, absent values are null.
 *
 * @param patient pseudonym of Patient ID (0010,0020)
 * @param sex M, F, O or OTHER
 * @param ageBand ten years, as {@code 60-69}; {@code 90+}
 * @param modality PS3.3 section C.7.3.1.1.1
 * @param bodyPart PS3.16 Annex L
 * @param laterality L, R, U, B or OTHER
 * @param viewPosition PS3.3 section C.8.7.1.1
 * @param sopClass the DICOM-registered class UID, {@code OTHER} for a private one
 * @param studyUid pseudonym of (0020,000D)
 * @param seriesUid pseudonym of (0020,000E)
 * @param instanceUid pseudonym of (0008,0018); the same for copies of one file
 * @param rowSpacing millimetres between rows, from Pixel Spacing, else Imager Pixel Spacing (at the detector)
 * @param columnSpacing millimetres between columns
 * @param rescaleSlope PS3.3 section C.11.1; not applied to the samples
 * @param rescaleIntercept PS3.3 section C.11.1; not applied to the samples
 */
public record HeaderRow(
        String patient,
        @Nullable String sex,
        @Nullable String ageBand,
        @Nullable String modality,
        @Nullable String bodyPart,
        @Nullable String laterality,
        @Nullable String viewPosition,
        @Nullable String sopClass,
        @Nullable String studyUid,
        @Nullable String seriesUid,
        String instanceUid,
        @Nullable Double rowSpacing,
        @Nullable Double columnSpacing,
        @Nullable Double rescaleSlope,
        @Nullable Double rescaleIntercept) {

    /** Largest plausible spacing in millimetres; larger numbers are something else, perhaps an identifier. */
    private static final double SPACING = 100;

    /** Largest plausible slope and intercept. */
    private static final double RESCALE = 1e6;

    /** Takes sex and age from the original and all else from the de-identified header. */
    static HeaderRow of(String patient, Dataset original, Dataset header) {
        int spacing = header.codes(Tag.PIXEL_SPACING).size() == 2 ? Tag.PIXEL_SPACING : Tag.IMAGER_PIXEL_SPACING;
        return new HeaderRow(
                patient,
                SafeCodes.SEX.of(original.code(Tag.PATIENT_SEX)).orElse(null),
                AgeBand.of(original).orElse(null),
                SafeCodes.MODALITY.of(header.code(Tag.MODALITY)).orElse(null),
                SafeCodes.BODY_PART.of(header.code(Tag.BODY_PART)).orElse(null),
                SafeCodes.LATERALITY
                        .of(header.code(Tag.IMAGE_LATERALITY).or(() -> header.code(Tag.LATERALITY)))
                        .orElse(null),
                SafeCodes.VIEW.of(header.code(Tag.VIEW_POSITION)).orElse(null),
                header.code(Tag.SOP_CLASS).map(HeaderRow::registered).orElse(null),
                header.code(Tag.STUDY_INSTANCE).orElse(null),
                header.code(Tag.SERIES_INSTANCE).orElse(null),
                header.code(Tag.SOP_INSTANCE)
                        .orElseThrow(() ->
                                new DicomException(DicomCode.INSTANCE_UID_MISSING, "(0008,0018) is absent or empty")),
                number(header, spacing, 0, SPACING).orElse(null),
                number(header, spacing, 1, SPACING).orElse(null),
                number(header, Tag.RESCALE_SLOPE, 0, RESCALE).orElse(null),
                number(header, Tag.RESCALE_INTERCEPT, 0, RESCALE).orElse(null));
    }

    private static String registered(String uid) {
        return uid.matches("1\\.2\\.840\\.10008\\.5\\.1\\.4\\.1\\.1\\.[0-9]{1,3}(\\.[0-9]{1,2}){0,3}") ? uid : "OTHER";
    }

    /**
     * A decimal string of PS3.5 section 6.2 (at most 16 characters); anything else, and what is larger than
     * {@code most}, counts as absent.
     */
    private static Optional<Double> number(Dataset header, int tag, int index, double most) {
        return header.codes(tag).stream()
                .skip(index)
                .findFirst()
                .filter(text -> text.length() <= 16 && text.matches("[+-]?[0-9]*\\.?[0-9]+([eE][+-]?[0-9]{1,3})?"))
                .map(Double::valueOf)
                .filter(value -> Math.abs(value) <= most);
    }
}
