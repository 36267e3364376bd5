package org.osteon.audit.log;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.osteon.protocol.document.Digest;

/** Merkle tree hashing and proofs of RFC 9162 sections 2.1.1 to 2.1.4, SHA-256. */
public final class Merkle {
    private Merkle() {}

    /** Reads the hash of a perfect subtree: level 0 are leaves, index counts subtrees of that level. */
    @FunctionalInterface
    public interface Nodes {
        /** The hash of leaves index·2^level up to (index+1)·2^level. */
        byte[] hash(int level, long index);
    }

    /** Hash of a leaf: SHA-256(0x00 ‖ data). */
    public static byte[] leaf(byte[] data) {
        MessageDigest sha = Digest.sha256();
        sha.update((byte) 0);
        return sha.digest(data);
    }

    /** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
    public static byte[] node(byte[] left, byte[] right) {
        MessageDigest sha = Digest.sha256();
        sha.update((byte) 1);
        sha.update(left);
        return sha.digest(right);
    }

    /** Root of the first {@code size} leaves; SHA-256 of nothing for an empty tree. */
    public static byte[] root(Nodes nodes, long size) {
        return size == 0 ? Digest.sha256().digest() : subtree(nodes, 0, size);
    }

    /** Root of the tree of these entries, in order. */
    public static byte[] root(List<byte[]> entries) {
        HashLevels levels = new HashLevels();
        entries.forEach(entry -> levels.add(leaf(entry)));
        return root(levels, entries.size());
    }

    /** Inclusion proof of a leaf in the tree of that size, lowest hash first. */
    public static List<byte[]> inclusion(Nodes nodes, long index, long size) {
        if (index < 0 || index >= size) {
            throw new LogException("INDEX_OUT_OF_RANGE", "leaf " + index + " is not in a tree of " + size);
        }
        List<byte[]> proof = new ArrayList<>();
        path(nodes, index, 0, size, proof);
        return proof;
    }

    /** Consistency proof between two sizes, 0 &lt; from ≤ to. */
    public static List<byte[]> consistency(Nodes nodes, long from, long to) {
        if (from < 1 || from > to) {
            throw new LogException("SIZE_OUT_OF_RANGE", "no consistency proof from " + from + " to " + to);
        }
        List<byte[]> proof = new ArrayList<>();
        subproof(nodes, from, 0, to, true, proof);
        return proof;
    }

    /** Whether an inclusion proof holds (RFC 9162 section 2.1.3.2). */
    public static boolean included(long index, long size, byte[] leafHash, List<byte[]> proof, byte[] root) {
        if (index < 0 || index >= size || leafHash.length != 32) {
            return false;
        }
        long fn = index;
        long sn = size - 1;
        byte[] hash = leafHash;
        for (byte[] p : proof) {
            if (sn == 0 || p.length != 32) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                hash = node(p, hash);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                hash = node(hash, p);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && Arrays.equals(hash, root);
    }

    /** Whether a consistency proof holds (RFC 9162 section 2.1.4.2); size zero has no proof and is false. */
    public static boolean consistent(long from, long to, byte[] fromRoot, byte[] toRoot, List<byte[]> proof) {
        if (from < 1 || from > to || proof.stream().anyMatch(p -> p.length != 32)) {
            return false;
        }
        if (from == to) {
            return proof.isEmpty() && Arrays.equals(fromRoot, toRoot);
        }
        List<byte[]> path = new ArrayList<>(proof);
        if (Long.bitCount(from) == 1) {
            path.add(0, fromRoot);
        }
        if (path.isEmpty()) {
            return false;
        }
        long fn = from - 1;
        long sn = to - 1;
        while ((fn & 1) == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        byte[] first = path.get(0);
        byte[] second = path.get(0);
        for (byte[] c : path.subList(1, path.size())) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                first = node(c, first);
                second = node(c, second);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                second = node(second, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && Arrays.equals(first, fromRoot) && Arrays.equals(second, toRoot);
    }

    private static byte[] subtree(Nodes nodes, long from, long to) {
        long n = to - from;
        if (Long.bitCount(n) == 1 && from % n == 0) {
            int level = Long.numberOfTrailingZeros(n);
            return nodes.hash(level, from >> level);
        }
        long split = from + Long.highestOneBit(n - 1);
        return node(subtree(nodes, from, split), subtree(nodes, split, to));
    }

    private static void path(Nodes nodes, long index, long from, long to, List<byte[]> proof) {
        if (to - from == 1) {
            return;
        }
        long split = from + Long.highestOneBit(to - from - 1);
        if (index < split) {
            path(nodes, index, from, split, proof);
            proof.add(subtree(nodes, split, to));
        } else {
            path(nodes, index, split, to, proof);
            proof.add(subtree(nodes, from, split));
        }
    }

    private static void subproof(Nodes nodes, long size, long from, long to, boolean whole, List<byte[]> proof) {
        if (size == to - from) {
            if (!whole) {
                proof.add(subtree(nodes, from, to));
            }
            return;
        }
        long split = Long.highestOneBit(to - from - 1);
        if (size <= split) {
            subproof(nodes, size, from, from + split, whole, proof);
            proof.add(subtree(nodes, from + split, to));
        } else {
            subproof(nodes, size - split, from + split, to, false, proof);
            proof.add(subtree(nodes, from, from + split));
        }
    }
}
