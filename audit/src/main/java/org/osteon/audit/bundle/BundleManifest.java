package org.osteon.audit.bundle;

import java.util.List;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DocumentException;

/**
 * The first page of a bundle, {@code manifest.json}: what it is about and the digest of each other file.
 *
 * @param schema {@value #SCHEMA}
 * @param federation the federation
 * @param study the study version the release belongs to
 * @param model the model version released
 * @param release the release
 * @param files every other file, by name
 */
public record BundleManifest(
        String schema, String federation, Digest study, Digest model, Digest release, List<FileEntry> files)
        implements Document {
    /** The schema of this record. */
    public static final String SCHEMA = "osteon.bundle/1";

    /** Refuses another schema. */
    public BundleManifest {
        if (!SCHEMA.equals(schema)) {
            throw new DocumentException("SCHEMA_UNKNOWN", "schema must be " + SCHEMA);
        }
        files = List.copyOf(files);
    }

    /**
     * One file.
     *
     * @param name its name inside the bundle
     * @param bytes its length
     * @param sha256 digest of its bytes
     */
    public record FileEntry(String name, long bytes, Digest sha256) {}
}
