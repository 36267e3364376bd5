package org.osteon.adapters.mapping;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osteon.protocol.document.Digest;

/** A compiled mapping profile; immutable and safe for many threads. */
public final class Profile {
    private final String name;
    private final Digest digest;
    private final List<ViewMapping> views;
    private final List<CsvMapping> tables;
    private final Optional<DicomMapping> dicom;
    private final List<String> quasiIdentifiers;

    Profile(
            String name,
            Digest digest,
            List<ViewMapping> views,
            List<CsvMapping> tables,
            Optional<DicomMapping> dicom,
            List<String> quasiIdentifiers) {
        this.name = name;
        this.digest = digest;
        this.views = List.copyOf(views);
        this.tables = List.copyOf(tables);
        this.dicom = dicom;
        this.quasiIdentifiers = List.copyOf(quasiIdentifiers);
    }

    /** The built-in orthopaedics profile. */
    public static Profile builtIn() {
        try (InputStream in = Profile.class.getResourceAsStream("ortho.json")) {
            if (in == null) {
                throw new IllegalStateException("the built-in profile is missing from the program");
            }
            return new ProfileReader().read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads and compiles a profile document; see {@code docs/spec/mapping-profile.md}.
     *
     * @throws ProfileException if a column has no action, a view does not compile, or a member is unknown or missing
     */
    public static Profile read(Path file) {
        try {
            return new ProfileReader().read(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ProfileException("the profile cannot be read: " + file.getFileName(), e);
        }
    }

    /** The profile's own name. */
    public String name() {
        return name;
    }

    /** SHA-256 of the canonical JSON of the document. */
    public Digest digest() {
        return digest;
    }

    /** The tables made by views. */
    public List<ViewMapping> views() {
        return views;
    }

    /** The tables made from delimited files. */
    public List<CsvMapping> tables() {
        return tables;
    }

    /** The tables made from DICOM files. */
    public Optional<DicomMapping> dicom() {
        return dicom;
    }

    /** {@code table.column} names of what could single out a person together. */
    public List<String> quasiIdentifiers() {
        return quasiIdentifiers;
    }
}
