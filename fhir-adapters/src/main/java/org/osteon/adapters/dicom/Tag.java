package org.osteon.adapters.dicom;

import java.util.Locale;

/** Tags of PS3.6 that the code names, as group × 65536 + element; all others come from {@link AttributeTable}. */
final class Tag {
    static final int MEDIA_STORAGE_SOP_CLASS = 0x00020002;
    static final int TRANSFER_SYNTAX = 0x00020010;
    static final int SPECIFIC_CHARACTER_SET = 0x00080005;
    static final int IMAGE_TYPE = 0x00080008;
    static final int SOP_CLASS = 0x00080016;
    static final int SOP_INSTANCE = 0x00080018;
    static final int STUDY_DATE = 0x00080020;
    static final int MODALITY = 0x00080060;
    static final int CONVERSION_TYPE = 0x00080064;
    static final int CODE_VALUE = 0x00080100;
    static final int CODING_SCHEME = 0x00080102;
    static final int CODE_MEANING = 0x00080104;
    static final int PATIENT_ID = 0x00100020;
    static final int PATIENT_BIRTH_DATE = 0x00100030;
    static final int PATIENT_SEX = 0x00100040;
    static final int PATIENT_AGE = 0x00101010;
    static final int IDENTITY_REMOVED = 0x00120062;
    static final int DEIDENTIFICATION_METHOD = 0x00120063;
    static final int DEIDENTIFICATION_CODES = 0x00120064;
    static final int BODY_PART = 0x00180015;
    static final int IMAGER_PIXEL_SPACING = 0x00181164;
    static final int VIEW_POSITION = 0x00185101;
    static final int STUDY_INSTANCE = 0x0020000D;
    static final int SERIES_INSTANCE = 0x0020000E;
    static final int LATERALITY = 0x00200060;
    static final int IMAGE_LATERALITY = 0x00200062;
    static final int SAMPLES_PER_PIXEL = 0x00280002;
    static final int PHOTOMETRIC = 0x00280004;
    static final int PLANAR_CONFIGURATION = 0x00280006;
    static final int FRAMES = 0x00280008;
    static final int ROWS = 0x00280010;
    static final int COLUMNS = 0x00280011;
    static final int PIXEL_SPACING = 0x00280030;
    static final int BITS_ALLOCATED = 0x00280100;
    static final int BITS_STORED = 0x00280101;
    static final int HIGH_BIT = 0x00280102;
    static final int PIXEL_REPRESENTATION = 0x00280103;
    static final int BURNED_IN = 0x00280301;
    static final int LONGITUDINAL_TIME = 0x00280303;
    static final int RESCALE_INTERCEPT = 0x00281052;
    static final int RESCALE_SLOPE = 0x00281053;
    static final int PIXEL_DATA = 0x7FE00010;
    static final int ITEM = 0xFFFEE000;
    static final int ITEM_END = 0xFFFEE00D;
    static final int SEQUENCE_END = 0xFFFEE0DD;

    private Tag() {}

    static int group(int tag) {
        return tag >>> 16;
    }

    /** Odd groups are private (PS3.5 section 7.8). */
    static boolean isPrivate(int tag) {
        return (group(tag) & 1) == 1;
    }

    /** {@code (0010,0020)}. */
    static String text(int tag) {
        return String.format(Locale.ROOT, "(%04X,%04X)", group(tag), tag & 0xFFFF);
    }
}
