package org.osteon.audit.bundle;

import java.nio.file.Path;
import java.util.Optional;
import org.osteon.protocol.document.Digest;

/** Where the hub keeps what a bundle may need. */
public interface EvidenceSource {
    /** The signed envelope, in canonical form, of the document of that identity. */
    Optional<byte[]> document(Digest digest);

    /** The file of that digest: model arrays or an update, as long as it is kept. */
    Optional<Path> object(Digest digest);
}
