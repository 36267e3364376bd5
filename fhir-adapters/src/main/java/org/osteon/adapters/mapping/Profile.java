package org.osteon.adapters.mapping;

import java.nio.file.Path;
import org.osteon.protocol.document.Digest;

/** A compiled mapping profile; immutable. */
public final class Profile {
    private Profile() {}

    /** The built-in orthopaedics profile. */
    public static Profile builtIn() {
        return new Profile();
    }

    /**
     * Reads and compiles a profile document.
     *
     * @throws ProfileException if a column has no action, a view does not compile, or a member is unknown or missing
     */
    public static Profile read(Path file) {
        throw new ProfileException("not readable: " + file.getFileName());
    }

    /** SHA-256 of the canonical JSON of the document. */
    public Digest digest() {
        return Digest.of(new byte[0]);
    }
}
