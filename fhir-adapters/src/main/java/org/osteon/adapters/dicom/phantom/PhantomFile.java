package org.osteon.adapters.dicom.phantom;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Random;

/**
 * Writes one phantom: the modules of a CR or DX image (PS3.3 sections A.2 and A.26) as a talkative device fills them.
 */
final class PhantomFile {
    private static final String CR_IMAGE = "1.2.840.10008.5.1.4.1.1.1";
    private static final String DX_IMAGE = "1.2.840.10008.5.1.4.1.1.1.1";
    private static final DateTimeFormatter DATE = DateTimeFormatter.BASIC_ISO_DATE;

    private PhantomFile() {}

    static byte[] write(PhantomPatient patient, Random random) {
        LocalDate study = LocalDate.of(2024, 1, 1).plusDays(random.nextInt(700));
        String sopClass = patient.modality().equals("DX") ? DX_IMAGE : CR_IMAGE;
        String instance = uid(random);
        ElementWriter header = item(patient);
        identity(header, patient, study, sopClass, instance);
        image(header, patient, uid(random), uid(random), random);
        return header.toFile(sopClass, instance);
    }

    private static void identity(
            ElementWriter header, PhantomPatient patient, LocalDate study, String sopClass, String instance) {
        header.text(0x00080005, "CS", patient.characterSet())
                .text(0x00080008, "CS", "ORIGINAL\\PRIMARY")
                .text(0x00080016, "UI", sopClass)
                .text(0x00080018, "UI", instance)
                .text(0x00080020, "DA", DATE.format(study))
                .text(0x00080030, "TM", "093000")
                .text(0x00080050, "SH", "ACC" + patient.id())
                .text(0x00080060, "CS", patient.modality())
                .text(0x00080070, "LO", "Osteon Phantom Works")
                .text(0x00080080, "LO", patient.institution())
                .text(0x00080090, "PN", "赵^主任")
                .text(0x00081030, "LO", "X-ray of " + patient.name())
                .sequence(
                        0x00081110,
                        true,
                        item(patient)
                                .text(0x00081150, "UI", "1.2.840.10008.3.1.2.3.1")
                                .text(0x00081155, "UI", instance + ".1"))
                .text(0x00090010, "LO", "OSTEON PHANTOM")
                .text(0x00091001, "LO", patient.name() + " " + patient.phone())
                .sequence(0x00091002, false, item(patient).text(0x00100010, "PN", patient.name()))
                .text(0x00100010, "PN", patient.name())
                .text(0x00100020, "LO", patient.id())
                .text(0x00100030, "DA", DATE.format(patient.birthDate()))
                .text(0x00100040, "CS", patient.sex())
                .text(0x00102154, "SH", patient.phone())
                .text(0x00104000, "LT", "联系人 " + patient.name() + " " + patient.phone());
    }

    private static void image(
            ElementWriter header, PhantomPatient patient, String studyUid, String seriesUid, Random random) {
        int[] samples = PhantomImage.draw(patient.bodyPart(), random);
        byte[] pixels = new byte[2 * samples.length];
        for (int i = 0; i < samples.length; i++) {
            pixels[2 * i] = (byte) samples[i];
            pixels[2 * i + 1] = (byte) (samples[i] >> 8);
        }
        header.text(0x00180015, "CS", patient.bodyPart())
                .text(0x00181164, "DS", "2.5\\2.5")
                .text(0x00185101, "CS", "AP")
                .text(0x0020000D, "UI", studyUid)
                .text(0x0020000E, "UI", seriesUid)
                .text(0x00200010, "SH", patient.id())
                .text(0x00200060, "CS", random.nextBoolean() ? "L" : "R")
                .unsignedShort(0x00280002, 1)
                .text(0x00280004, "CS", "MONOCHROME2")
                .unsignedShort(0x00280010, PhantomImage.ROWS)
                .unsignedShort(0x00280011, PhantomImage.COLUMNS)
                .unsignedShort(0x00280100, 16)
                .unsignedShort(0x00280101, PhantomImage.BITS)
                .unsignedShort(0x00280102, PhantomImage.BITS - 1)
                .unsignedShort(0x00280103, 0)
                .text(0x00280301, "CS", "NO")
                .sequence(
                        0x00400275,
                        false,
                        item(patient)
                                .text(0x00400007, "LO", "申请 " + patient.name())
                                .sequence(
                                        0x00400008,
                                        true,
                                        item(patient)
                                                .text(0x00080100, "SH", "1")
                                                .text(0x00080104, "LO", patient.name())))
                .bytes(0x7FE00010, "OW", pixels);
    }

    private static ElementWriter item(PhantomPatient patient) {
        return new ElementWriter(patient.explicitVr(), patient.charset());
    }

    private static String uid(Random random) {
        byte[] bytes = new byte[15];
        random.nextBytes(bytes);
        return "2.25." + new BigInteger(1, bytes);
    }
}
