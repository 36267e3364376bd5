package org.osteon.adapters.dicom;

import java.util.Optional;

/**
 * Ten-year age bands, 90 and older as one. The age is Patient's Age (0010,1010), else whole years from birth date to
 * study date; both are removed from the header, the band alone is released.
 */
final class AgeBand {
    private static final int POOLED_FROM = 90;
    private static final int OLDEST = 130;

    private AgeBand() {}

    static Optional<String> of(Dataset original) {
        return original.code(Tag.PATIENT_AGE)
                .flatMap(AgeBand::years)
                .or(() -> byDates(original))
                .filter(age -> age >= 0 && age <= OLDEST)
                .map(age -> age >= POOLED_FROM ? POOLED_FROM + "+" : age / 10 * 10 + "-" + (age / 10 * 10 + 9));
    }

    /** Age string of PS3.5 section 6.2: three digits and D, W, M or Y. */
    private static Optional<Integer> years(String age) {
        if (!age.matches("[0-9]{3}[DWMY]")) {
            return Optional.empty();
        }
        int number = Integer.parseInt(age.substring(0, 3));
        return Optional.of(
                switch (age.charAt(3)) {
                    case 'D' -> number / 365;
                    case 'W' -> number / 52;
                    case 'M' -> number / 12;
                    default -> number;
                });
    }

    private static Optional<Integer> byDates(Dataset original) {
        Optional<Integer> birth = original.code(Tag.PATIENT_BIRTH_DATE).flatMap(AgeBand::date);
        Optional<Integer> study = original.code(Tag.STUDY_DATE).flatMap(AgeBand::date);
        return birth.flatMap(from -> study.map(to -> Math.floorDiv(to - from, 10_000)));
    }

    private static Optional<Integer> date(String text) {
        return text.matches("[0-9]{8}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }
}
