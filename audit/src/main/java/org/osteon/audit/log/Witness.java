package org.osteon.audit.log;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.osteon.protocol.sign.SigningKey;

/**
 * The rule by which one party cosigns another's log (C2SP tlog-witness): only what is signed by the log's key and
 * consistent with what this witness cosigned before. The daemon stores the new state before it hands the line out.
 */
public final class Witness {
    private final String name;
    private final SigningKey key;

    /** A witness under this name. */
    public Witness(String name, SigningKey key) {
        this.name = name;
        this.key = key;
    }

    /** The outcome of being asked. */
    public sealed interface Outcome {
        /** Cosigned: store the checkpoint, then hand out the line. */
        record Cosigned(Checkpoint seen, String line) implements Outcome {}

        /** The asker's idea of the last cosigned size is not this witness's. */
        record Conflict(long knownSize) implements Outcome {}

        /** Not signed by the log's key, or not consistent. */
        record Refused(String code) implements Outcome {}
    }

    /**
     * Judges a checkpoint.
     *
     * @param log the log's key
     * @param knownSize size this witness cosigned last, 0 for none
     * @param knownRoot root at that size
     * @param oldSize size the asker's proof starts from
     * @param proof consistency proof from there
     * @param next the new checkpoint
     */
    public Outcome judge(
            NoteKey log,
            long knownSize,
            byte[] knownRoot,
            long oldSize,
            List<byte[]> proof,
            Checkpoint next,
            Instant now) {
        if (!next.signedBy(log)) {
            return new Outcome.Refused("CHECKPOINT_SIGNATURE");
        }
        if (oldSize != knownSize) {
            return new Outcome.Conflict(knownSize);
        }
        boolean consistent = knownSize == 0
                ? proof.isEmpty()
                : knownSize == next.size()
                        ? Arrays.equals(knownRoot, next.root())
                        : Merkle.consistent(knownSize, next.size(), knownRoot, next.root(), proof);
        if (!consistent) {
            return new Outcome.Refused("LOG_NOT_CONSISTENT");
        }
        return new Outcome.Cosigned(next, next.cosignature(name, key, now));
    }

    /** The key others verify this witness's cosignatures with. */
    public NoteKey noteKey() {
        return new NoteKey(name, NoteKey.COSIGNATURE, key.publicKey());
    }
}
