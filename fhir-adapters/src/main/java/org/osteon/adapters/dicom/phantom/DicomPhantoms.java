package org.osteon.adapters.dicom.phantom;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Writes phantom files; the same seed and patients give the same bytes. */
public final class DicomPhantoms {
    private DicomPhantoms() {}

    /**
     * Writes one file a patient into {@code dir}, which is created where it is missing; files of the same name are
     * overwritten. File names are {@code IMG00001.dcm} and so on.
     *
     * @return the files in the order of the patients
     * @throws IOException if the directory or a file cannot be written
     */
    public static List<Path> write(Path dir, long seed, List<PhantomPatient> patients) throws IOException {
        Files.createDirectories(dir);
        Random random = new Random(seed);
        List<Path> files = new ArrayList<>();
        for (PhantomPatient patient : patients) {
            Path file = dir.resolve(String.format(Locale.ROOT, "IMG%05d.dcm", files.size() + 1));
            Files.write(file, PhantomFile.write(patient, random));
            files.add(file);
        }
        return List.copyOf(files);
    }
}
