package org.osteon.audit.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A receipt that stands alone (C2SP tlog-proof): an entry's index, its inclusion proof and the head it leads to.
 *
 * @param index the entry's place
 * @param hashes the inclusion proof, lowest hash first
 * @param head the signed and cosigned head
 */
public record TlogProof(long index, List<byte[]> hashes, Checkpoint head) {
    private static final String FIRST = "c2sp.org/tlog-proof@v1\n";
    private static final int MAX_HASHES = 63;
    private static final int MAX_BYTES = LogReader.MAX_CHECKPOINT + 8192;

    /** Takes a copy of the list. */
    public TlogProof {
        hashes = List.copyOf(hashes);
    }

    /** The proof of an entry under a head, from recomputed hashes. */
    public static TlogProof of(Merkle.Nodes nodes, long index, Checkpoint head) {
        return new TlogProof(index, Merkle.inclusion(nodes, index, head.size()), head);
    }

    /** The text, file extension {@code .tlog-proof}. */
    public byte[] bytes() {
        StringBuilder text =
                new StringBuilder(FIRST).append("index ").append(index).append('\n');
        hashes.forEach(
                hash -> text.append(Base64.getEncoder().encodeToString(hash)).append('\n'));
        text.append('\n').append(new String(head.bytes(), StandardCharsets.UTF_8));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a proof; a line of extra data, which nothing authenticates, is refused.
     *
     * @throws LogException with code {@code PROOF_MALFORMED} or {@code CHECKPOINT_MALFORMED}
     */
    public static TlogProof parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int split = text.indexOf("\n\n");
        if (bytes.length > MAX_BYTES || split < 0 || !text.startsWith(FIRST)) {
            throw new LogException("PROOF_MALFORMED", "not a proof");
        }
        String[] lines =
                text.substring(FIRST.length(), Math.max(split, FIRST.length())).split("\n", -1);
        if (lines.length > 1 + MAX_HASHES || !lines[0].matches("index (0|[1-9][0-9]{0,17})")) {
            throw new LogException("PROOF_MALFORMED", "the proof's second line is not an index");
        }
        List<byte[]> hashes = new ArrayList<>();
        try {
            for (String line : Arrays.asList(lines).subList(1, lines.length)) {
                hashes.add(Base64.getDecoder().decode(line));
            }
        } catch (IllegalArgumentException e) {
            throw new LogException("PROOF_MALFORMED", "a hash is not Base64");
        }
        Checkpoint head = Checkpoint.parse(text.substring(split + 2).getBytes(StandardCharsets.UTF_8));
        TlogProof proof = new TlogProof(Long.parseLong(lines[0].substring(6)), hashes, head);
        if (!Arrays.equals(proof.bytes(), bytes)) {
            throw new LogException("PROOF_MALFORMED", "not in the one form that its parts have");
        }
        return proof;
    }

    /** Whether the entry with these bytes is in the tree of the head; the head's signatures are the caller's. */
    public boolean proves(byte[] entry) {
        return Merkle.included(index, head.size(), Merkle.leaf(entry), hashes, head.root());
    }
}
