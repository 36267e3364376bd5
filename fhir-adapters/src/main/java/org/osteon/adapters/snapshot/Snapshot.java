package org.osteon.adapters.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.Manifest;
import org.osteon.protocol.document.SignedDocument;

/** A frozen snapshot on disk; see {@code docs/spec/manifest.md}. */
public final class Snapshot {
    static final String MANIFEST = "manifest.json";
    static final String QUARANTINE = "quarantine.ndjson";
    static final String SALT = "commitment.salt";
    static final int SALT_BYTES = 32;

    private final Path folder;
    private final SignedDocument<Manifest> signed;
    private final byte[] salt;

    private Snapshot(Path folder, SignedDocument<Manifest> signed, byte[] salt) {
        this.folder = folder;
        this.signed = signed;
        this.salt = salt;
    }

    /**
     * Opens a snapshot folder and reads its manifest. Tables are not read ({@link #verify}), and whose signature counts
     * is the caller's question ({@code signed().signedBy(key)}).
     *
     * @throws SnapshotException {@code SNAPSHOT_MISSING}, {@code SNAPSHOT_MALFORMED}, {@code SNAPSHOT_UNREADABLE}
     */
    public static Snapshot open(Path folder) {
        byte[] manifest = bytes(folder, MANIFEST, CanonicalJson.MAX_BYTES);
        byte[] salt = bytes(folder, SALT, SALT_BYTES);
        if (salt.length != SALT_BYTES) {
            throw new SnapshotException("SNAPSHOT_MALFORMED", SALT + " must have " + SALT_BYTES + " bytes");
        }
        SignedDocument<Manifest> signed;
        try {
            signed = SignedDocument.read(manifest, Manifest.class);
        } catch (DocumentException e) {
            throw new SnapshotException("SNAPSHOT_MALFORMED", MANIFEST + ": " + e.getMessage(), e);
        }
        for (Manifest.Table table : signed.document().tables()) {
            if (!table.name().matches("[a-z][a-z0-9_]{0,62}")
                    || !table.file().equals(Tables.FOLDER + "/" + table.name() + ".parquet")) {
                throw new SnapshotException("SNAPSHOT_MALFORMED", MANIFEST + " names a file outside " + Tables.FOLDER);
            }
        }
        return new Snapshot(folder.toAbsolutePath().normalize(), signed, salt);
    }

    /** The manifest. */
    public Manifest manifest() {
        return signed.document();
    }

    /** The manifest with its signatures. */
    public SignedDocument<Manifest> signed() {
        return signed;
    }

    /** What may leave the site in place of the manifest: {@link Manifest#commitment} with this snapshot's salt. */
    public Digest commitment() {
        return manifest().commitment(salt);
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** The table with that name. */
    public Optional<Manifest.Table> table(String name) {
        return manifest().tables().stream()
                .filter(table -> table.name().equals(name))
                .findFirst();
    }

    /** Where a table of the manifest lies. */
    public Path file(Manifest.Table table) {
        return folder.resolve(table.file());
    }

    /**
     * Recomputes the digest of every table, and looks for tables that the manifest does not name.
     *
     * @throws SnapshotException {@code TABLE_MISSING}, {@code TABLE_CHANGED} or {@code TABLE_UNDECLARED}, naming it
     */
    public void verify() {
        manifest().tables().forEach(this::verify);
        List<String> declared =
                manifest().tables().stream().map(Manifest.Table::file).toList();
        try (Stream<Path> files = Files.list(folder.resolve(Tables.FOLDER))) {
            files.map(file -> Tables.FOLDER + "/" + file.getFileName())
                    .filter(name -> !declared.contains(name))
                    .sorted()
                    .findFirst()
                    .ifPresent(name -> {
                        throw new SnapshotException("TABLE_UNDECLARED", "the manifest does not name " + name);
                    });
        } catch (IOException e) {
            throw new SnapshotException("SNAPSHOT_UNREADABLE", "the folder of tables cannot be read", e);
        }
    }

    /**
     * Recomputes the digest of one table.
     *
     * @throws SnapshotException {@code TABLE_MISSING} or {@code TABLE_CHANGED}
     */
    public void verify(Manifest.Table table) {
        Digest digest;
        try {
            digest = FileDigest.of(file(table));
        } catch (NoSuchFileException e) {
            throw new SnapshotException("TABLE_MISSING", "table " + table.name() + " has no file", e);
        } catch (IOException e) {
            throw new SnapshotException("SNAPSHOT_UNREADABLE", "table " + table.name() + " cannot be read", e);
        }
        if (!digest.equals(table.sha256())) {
            throw new SnapshotException(
                    "TABLE_CHANGED",
                    "table " + table.name() + " is not the one of the manifest: expected " + table.sha256() + ", is "
                            + digest);
        }
    }

    private static byte[] bytes(Path folder, String name, int limit) {
        Path file = folder.resolve(name);
        try {
            if (Files.size(file) > limit) {
                throw new SnapshotException("SNAPSHOT_MALFORMED", name + " is larger than " + limit + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new SnapshotException(
                    "SNAPSHOT_MISSING", "no " + name + " in " + folder + "; make one by data map", e);
        } catch (IOException e) {
            throw new SnapshotException("SNAPSHOT_UNREADABLE", name + " cannot be read", e);
        }
    }

    /** The commitment's first digits; the salt is not shown. */
    @Override
    public String toString() {
        return "Snapshot[" + commitment().brief() + "]";
    }
}
