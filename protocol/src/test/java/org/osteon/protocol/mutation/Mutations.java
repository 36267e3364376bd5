package org.osteon.protocol.mutation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What a lying peer makes of something valid: a few small changes, drawn from a seed. */
public final class Mutations {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final byte[] NUMBER = "99999999999999999999".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private Mutations() {}

    /**
     * Bits flipped; bytes cut out, doubled, put elsewhere, set to the ends of their range; digits grown; ends cut off.
     */
    public static byte[] of(byte[] valid, Random random) {
        byte[] bytes = valid;
        for (int left = 1 + random.nextInt(4); left > 0 && bytes.length > 0; left--) {
            int at = random.nextInt(bytes.length);
            int length = 1 + random.nextInt(Math.min(16, bytes.length - at));
            byte[] part = Arrays.copyOfRange(bytes, at, at + length);
            bytes = switch (random.nextInt(7)) {
                case 0 -> with(bytes, at, 1, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
                case 1 -> with(bytes, at, 1, (byte) (random.nextBoolean() ? 0xFF : random.nextInt(256)));
                case 2 -> with(bytes, at, length);
                case 3 -> with(bytes, at, 0, part);
                case 4 -> with(bytes, random.nextInt(bytes.length), 0, part);
                case 5 -> with(bytes, at, bytes[at] >= '0' && bytes[at] <= '9' ? 1 : 0, NUMBER);
                default -> Arrays.copyOf(bytes, at);
            };
        }
        return bytes;
    }

    private static byte[] with(byte[] bytes, int at, int instead, byte... put) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(put);
        out.write(bytes, at + instead, bytes.length - at - instead);
        return out.toByteArray();
    }

    /**
     * Members and elements left out, moved elsewhere, or replaced by a value of another kind or at the end of its
     * range.
     */
    public static JsonNode of(JsonNode valid, Random random) {
        JsonNode tree = valid.deepCopy();
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            List<JsonNode> parents = new ArrayList<>();
            parents(tree, parents);
            JsonNode parent = parents.get(random.nextInt(parents.size()));
            if (parent.isEmpty()) {
                continue;
            }
            int at = random.nextInt(parent.size());
            boolean remove = random.nextInt(4) == 0;
            if (parent instanceof ObjectNode object) {
                List<String> names = new ArrayList<>();
                object.fieldNames().forEachRemaining(names::add);
                if (remove) {
                    object.remove(names.get(at));
                } else {
                    object.set(names.get(at), value(parents, random));
                }
            } else if (parent instanceof ArrayNode array) {
                if (remove) {
                    array.remove(at);
                } else {
                    array.set(at, value(parents, random));
                }
            }
        }
        return tree;
    }

    private static void parents(JsonNode node, List<JsonNode> found) {
        if (node.isContainerNode()) {
            found.add(node);
            node.forEach(child -> parents(child, found));
        }
    }

    private static JsonNode value(List<JsonNode> parents, Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.numberNode(-1);
            case 2 -> JSON.numberNode(0);
            case 3 -> JSON.numberNode(Long.MAX_VALUE);
            case 4 -> JSON.numberNode(1e308);
            case 5 -> JSON.numberNode(Double.MIN_VALUE);
            case 6 -> JSON.textNode("");
            case 7 -> JSON.textNode("x".repeat(10_000));
            case 8 -> JSON.textNode("../\u0000\u202e\ud83d\ude00");
            case 9 -> JSON.booleanNode(random.nextBoolean());
            case 10 -> JSON.arrayNode();
            default -> parents.get(random.nextInt(parents.size())).deepCopy();
        };
    }
}
