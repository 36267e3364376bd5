package org.osteon.trials.hostile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.sign.SigningKey;

/** Puts something wrong into a JSON document, in its values or in its text. */
final class JsonMutations {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final SplittableRandom random;
    private final Mutations mutations;

    JsonMutations(SplittableRandom random, Mutations mutations) {
        this.random = random;
        this.mutations = mutations;
    }

    /** The changed document; an envelope is mostly signed again when there is a signer. */
    byte[] document(byte[] original, @Nullable SigningKey signer) {
        JsonNode tree;
        try {
            tree = JSON.readTree(original);
        } catch (IOException e) {
            return mutations.bytes(original);
        }
        if (!tree.isObject()) {
            return mutations.bytes(original);
        }
        boolean envelope =
                tree.path("document").isObject() && tree.path("signatures").isArray();
        if (random.nextInt(4) == 0) {
            return text(new String(original, StandardCharsets.UTF_8));
        }
        if (!envelope || random.nextInt(5) == 0) {
            change((ObjectNode) tree);
            return write(tree);
        }
        change((ObjectNode) tree.path("document"));
        if (signer != null && random.nextInt(10) < 8) {
            try {
                ArrayNode signatures = NODES.arrayNode();
                signatures.add(CanonicalJson.tree(signer.sign(CanonicalJson.write(tree.path("document")))));
                ((ObjectNode) tree).set("signatures", signatures);
            } catch (DocumentException e) {
                return write(tree);
            }
        }
        return write(tree);
    }

    private void change(ObjectNode root) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        for (int i = 0, n = 1 + random.nextInt(2); i < n; i++) {
            JsonNode container = containers.get(random.nextInt(containers.size()));
            if (container instanceof ObjectNode object && !object.isEmpty()) {
                List<String> names = new ArrayList<>();
                for (Iterator<String> all = object.fieldNames(); all.hasNext(); ) {
                    names.add(all.next());
                }
                String name = names.get(random.nextInt(names.size()));
                switch (random.nextInt(8)) {
                    case 0 -> object.remove(name);
                    case 1 -> object.set(mutations.text(name), value(object.path(name)));
                    default -> object.set(name, value(object.path(name)));
                }
            } else if (container instanceof ArrayNode array) {
                if (array.isEmpty() || random.nextInt(3) == 0) {
                    JsonNode more = array.isEmpty() ? NODES.textNode("x") : array.get(0);
                    for (int k = 0, count = 1 + random.nextInt(300); k < count; k++) {
                        array.add(more);
                    }
                } else {
                    int at = random.nextInt(array.size());
                    array.set(at, value(array.get(at)));
                }
            }
        }
    }

    private void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private JsonNode value(JsonNode old) {
        return old.isValueNode() && random.nextBoolean() ? near(old) : far(old);
    }

    /** Another value of the same kind, so that more than the form is judged. */
    private JsonNode near(JsonNode old) {
        if (old.isTextual()) {
            String text = old.asText();
            if (text.matches("[0-9a-f]{64}")) {
                return NODES.textNode(Digest.of(mutations.noise(8)).hex());
            }
            if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T.*Z")) {
                return NODES.textNode(text.replaceFirst("^[0-9]{4}", Integer.toString(1980 + random.nextInt(100))));
            }
            return NODES.textNode(text + (char) ('a' + random.nextInt(26)));
        }
        if (old.isIntegralNumber()) {
            return NODES.numberNode(old.asLong() + random.nextInt(5) - 2);
        }
        return old.isNumber() ? NODES.numberNode(old.asDouble() * (random.nextInt(5) + 0.5)) : far(old);
    }

    private JsonNode far(JsonNode old) {
        if (old.isNumber() && random.nextInt(3) > 0) {
            return switch (random.nextInt(6)) {
                case 0 -> NODES.numberNode(old.asDouble() * -1);
                case 1 -> NODES.numberNode(1e300);
                case 2 -> NODES.numberNode(0.5 + old.asInt());
                case 3 -> NODES.numberNode((int) mutations.number());
                case 4 -> NODES.numberNode(0);
                default -> NODES.numberNode(mutations.number());
            };
        }
        if (old.isTextual() && random.nextInt(3) > 0) {
            return NODES.textNode(mutations.text(old.asText()));
        }
        return switch (random.nextInt(9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.textNode(mutations.text(""));
            case 3 -> NODES.numberNode(mutations.number());
            case 4 -> NODES.numberNode(BigInteger.TWO.pow(random.nextInt(200)).negate());
            case 5 -> NODES.objectNode();
            case 6 -> NODES.arrayNode();
            case 7 -> deep(1 + random.nextInt(60));
            default -> NODES.numberNode(Double.MIN_VALUE);
        };
    }

    private static JsonNode deep(int depth) {
        JsonNode node = NODES.numberNode(1);
        for (int i = 0; i < depth; i++) {
            node = NODES.arrayNode().add(node);
        }
        return node;
    }

    private byte[] text(String json) {
        String changed = switch (random.nextInt(11)) {
            case 0 -> json + json;
            case 1 -> json.substring(0, random.nextInt(json.length()));
            case 2 -> "\ufeff" + json;
            case 3 -> "[".repeat(1 + random.nextInt(200_000));
            case 4 -> "{\"a\":".repeat(1 + random.nextInt(50_000)) + "1";
            case 5 -> json.replaceFirst("\"schema\":\"[^\"]*\"", "\"schema\":\"osteon.unknown/9\"");
            case 6 -> json.replaceFirst(":(-?[0-9][0-9.eE+-]*)", ":1e999");
            case 7 -> json.replaceFirst("\"([a-z]+)\":", "\"$1\":1,\"$1\":");
            case 8 -> json.replaceFirst(":(-?[0-9][0-9.eE+-]*)", ":NaN");
            case 9 -> json.replaceFirst(":\"", ":\"\\\\ud800");
            default -> json.replaceFirst(":(-?[0-9][0-9.eE+-]*)", ":" + "9".repeat(1 + random.nextInt(3_000)));
        };
        return random.nextInt(6) == 0 ? changed.getBytes(StandardCharsets.UTF_16) : Mutations.utf8(changed);
    }

    private static byte[] write(JsonNode tree) {
        try {
            return JSON.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree cannot be written", e);
        }
    }
}
