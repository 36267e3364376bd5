package org.osteon.adapters.dicom.phantom;

import java.nio.charset.Charset;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * An invented person with one X-ray.
 *
 * @param id Patient ID (0010,0020), at most 64 characters
 * @param name Patient's Name (0010,0010) in DICOM's order, as {@code 李^伟} or {@code Doe^Jane}
 * @param birthDate Patient's Birth Date
 * @param sex M, F or O
 * @param phone telephone number, written into private tags and nested items too
 * @param institution name of the hospital
 * @param bodyPart HIP, SPINE or KNEE: which shape is drawn
 * @param modality CR or DX
 * @param characterSet {@code GB18030} or {@code ISO_IR 192} (UTF-8), the value of (0008,0005)
 * @param explicitVr explicit VR little endian, else implicit
 */
public record PhantomPatient(
        String id,
        String name,
        LocalDate birthDate,
        String sex,
        String phone,
        String institution,
        String bodyPart,
        String modality,
        String characterSet,
        boolean explicitVr) {
    private static final List<String> FAMILY = List.of("李", "王", "张", "刘", "陈", "杨", "赵", "黄", "欧阳", "諸葛");
    private static final List<String> GIVEN = List.of("伟", "秀英", "建国", "桂芳", "志强", "丽华", "玉兰", "明", "淑珍", "德福");
    private static final List<String> FAMILY_LATIN = List.of("Doe", "Roe", "Bloggs", "Phantom", "Sample");
    private static final List<String> GIVEN_LATIN = List.of("Jane", "John", "Alex", "Robin", "Kim");
    private static final List<String> PARTS = List.of("HIP", "SPINE", "KNEE");

    /** Refuses values that the generator cannot write. */
    public PhantomPatient {
        require(!id.isBlank() && id.length() <= 64, "id", "1 to 64 characters");
        require(Set.of("M", "F", "O").contains(sex), "sex", "M, F or O");
        require(PARTS.contains(bodyPart), "bodyPart", "HIP, SPINE or KNEE");
        require(Set.of("CR", "DX").contains(modality), "modality", "CR or DX");
        require(Set.of("GB18030", "ISO_IR 192").contains(characterSet), "characterSet", "GB18030 or ISO_IR 192");
    }

    /** Invents {@code count} people of one hospital; the same arguments give the same people. */
    public static List<PhantomPatient> invent(String institution, String idPrefix, long seed, int count) {
        Random random = new Random(seed);
        List<PhantomPatient> patients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean chinese = random.nextInt(4) != 0;
            patients.add(new PhantomPatient(
                    idPrefix + String.format(Locale.ROOT, "%05d", i + 1),
                    pick(chinese ? FAMILY : FAMILY_LATIN, random) + "^" + pick(chinese ? GIVEN : GIVEN_LATIN, random),
                    LocalDate.of(1935, 1, 1).plusDays(random.nextInt(365 * 45)),
                    random.nextBoolean() ? "F" : "M",
                    "100" + String.format(Locale.ROOT, "%08d", random.nextInt(100_000_000)),
                    institution,
                    PARTS.get(i % PARTS.size()),
                    random.nextBoolean() ? "DX" : "CR",
                    random.nextBoolean() ? "GB18030" : "ISO_IR 192",
                    random.nextBoolean()));
        }
        return List.copyOf(patients);
    }

    Charset charset() {
        return Charset.forName(characterSet.equals("GB18030") ? "GB18030" : "UTF-8");
    }

    private static String pick(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }

    private static void require(boolean holds, String field, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(field + " must be " + expected);
        }
    }
}
