package org.osteon.adapters.dicom;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Code values that may stand in a row. Code strings are free enough to carry a name, so a value outside its list
 * becomes {@code OTHER}. Modalities: PS3.3 section C.7.3.1.1.1; body parts: PS3.16 Annex L; views: PS3.3 section
 * C.8.7.1.1.
 */
enum SafeCodes {
    MODALITY("CR", "CT", "DX", "MG", "MR", "NM", "OT", "PT", "PX", "RF", "RG", "SC", "US", "XA"),
    BODY_PART(
            "ABDOMEN",
            "ANKLE",
            "ARM",
            "BRAIN",
            "CALCANEUS",
            "CHEST",
            "CLAVICLE",
            "COCCYX",
            "CSPINE",
            "ELBOW",
            "EXTREMITY",
            "FEMUR",
            "FINGER",
            "FOOT",
            "FOREARM",
            "HAND",
            "HEAD",
            "HIP",
            "HUMERUS",
            "JAW",
            "KNEE",
            "LEG",
            "LSPINE",
            "LSSPINE",
            "NECK",
            "PATELLA",
            "PELVIS",
            "RADIUS",
            "RIB",
            "SACRUM",
            "SCAPULA",
            "SHOULDER",
            "SKULL",
            "SPINE",
            "SSPINE",
            "STERNUM",
            "THIGH",
            "THUMB",
            "TIBIA",
            "TLSPINE",
            "TOE",
            "TSPINE",
            "ULNA",
            "WHOLEBODY",
            "WRIST"),
    LATERALITY("L", "R", "U", "B"),
    VIEW("AP", "PA", "LL", "RL", "RLD", "LLD", "RLO", "LLO", "LAT", "OBL", "AXIAL"),
    SEX("M", "F", "O");

    private static final Map<String, String> BODY_PART_SYNONYMS = Map.of("LUMBAR SPINE", "LSPINE", "C SPINE", "CSPINE");

    private final Set<String> allowed;

    SafeCodes(String... allowed) {
        this.allowed = Set.of(allowed);
    }

    Optional<String> of(Optional<String> value) {
        return value.map(code -> BODY_PART_SYNONYMS.getOrDefault(code, code))
                .map(code -> allowed.contains(code) ? code : "OTHER");
    }
}
