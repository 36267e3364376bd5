package org.osteon.audit.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.osteon.protocol.document.Digest;

class MerkleTest {
    /** The eight leaves used by Certificate Transparency implementations since RFC 6962. */
    private static final List<String> LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    @Test
    void givesTheKnownRootsOfEightLeaves() {
        // Given
        HashLevels levels = new HashLevels();
        assertThat(hex(Merkle.root(levels, 0))).isEqualTo(ROOTS.get(0));

        for (int size = 1; size <= 8; size++) {
            // When
            levels.add(Merkle.leaf(HexFormat.of().parseHex(LEAVES.get(size - 1))));

            // Then
            assertThat(hex(Merkle.root(levels, size))).isEqualTo(ROOTS.get(size));
            assertThat(hex(Merkle.root(LEAVES.subList(0, size).stream()
                            .map(HexFormat.of()::parseHex)
                            .toList())))
                    .isEqualTo(ROOTS.get(size));
        }
    }

    @Property(tries = 400)
    void everyInclusionProofHoldsAndNoChangedOneDoes(
            @ForAll @IntRange(min = 1, max = 700) int size, @ForAll @IntRange(min = 0, max = 1 << 30) int pick) {
        // Given
        HashLevels levels = tree(size);
        long index = pick % size;
        byte[] root = Merkle.root(levels, size);

        // When
        List<byte[]> proof = Merkle.inclusion(levels, index, size);

        // Then
        byte[] leaf = levels.hash(0, index);
        assertThat(Merkle.included(index, size, leaf, proof, root)).isTrue();
        assertThat(Merkle.included(index, size, flipped(leaf, pick), proof, root))
                .isFalse();
        assertThat(Merkle.included(index, size, leaf, proof, flipped(root, pick)))
                .isFalse();
        if (!proof.isEmpty()) {
            int at = pick % proof.size();
            byte[] before = proof.set(at, flipped(proof.get(at), pick));
            assertThat(Merkle.included(index, size, leaf, proof, root)).isFalse();
            proof.set(at, before);
            assertThat(Merkle.included(index, size, leaf, proof.subList(1, proof.size()), root))
                    .isFalse();
        }
    }

    @Property(tries = 400)
    void everyConsistencyProofHoldsAndNoChangedOneDoes(
            @ForAll @IntRange(min = 1, max = 700) int to, @ForAll @IntRange(min = 0, max = 1 << 30) int pick) {
        // Given
        HashLevels levels = tree(to);
        long from = 1 + pick % to;
        byte[] old = Merkle.root(levels, from);
        byte[] root = Merkle.root(levels, to);

        // When
        List<byte[]> proof = Merkle.consistency(levels, from, to);

        // Then
        assertThat(Merkle.consistent(from, to, old, root, proof)).isTrue();
        assertThat(Merkle.consistent(from, to, flipped(old, pick), root, proof)).isFalse();
        assertThat(Merkle.consistent(from, to, old, flipped(root, pick), proof)).isFalse();
        if (!proof.isEmpty()) {
            int at = pick % proof.size();
            proof.set(at, flipped(proof.get(at), pick));
            assertThat(Merkle.consistent(from, to, old, root, proof)).isFalse();
        }
    }

    @Property(tries = 100)
    void rootIsThatOfTheRecursiveDefinition(@ForAll @IntRange(min = 1, max = 600) int size) {
        // When
        byte[] root = Merkle.root(tree(size), size);

        // Then
        assertThat(root).isEqualTo(recursive(0, size));
    }

    private static byte[] recursive(int from, int to) {
        if (to - from == 1) {
            return Merkle.leaf(data(from));
        }
        int split = 1;
        while (split * 2 < to - from) {
            split *= 2;
        }
        return Merkle.node(recursive(from, from + split), recursive(from + split, to));
    }

    private static HashLevels tree(int size) {
        HashLevels levels = new HashLevels();
        for (int i = 0; i < size; i++) {
            levels.add(Merkle.leaf(data(i)));
        }
        return levels;
    }

    private static byte[] data(int i) {
        return ByteBuffer.allocate(4).putInt(i).array();
    }

    private static byte[] flipped(byte[] hash, int pick) {
        byte[] copy = hash.clone();
        copy[Math.floorMod(pick, copy.length)] ^= (byte) (1 << (pick & 7));
        return copy;
    }

    private static String hex(byte[] raw) {
        return Digest.ofRaw(raw).hex();
    }
}
