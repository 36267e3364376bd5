package org.osteon.trials.hostile;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.ObjectTree;

/**
 * A Flower message in one object of which something is wrong, with every id above it made right again, so that the
 * whole message is taken and read.
 *
 * @param message the wire message
 * @param tree its tree
 * @param objects the objects' bytes by id
 */
public record ForgedReply(Message message, ObjectTree tree, Map<String, byte[]> objects) {
    private static final List<String> SHAPES = List.of(
            "(2147483647, 2147483647, 2147483647, 2147483647)",
            "(9999999999,)",
            "(4294967296, 4294967296)",
            "(0, 2147483647, 2147483647, 2147483647, 2147483647)",
            "(-1, 11)",
            "()",
            "(1, 12)",
            "(1, 10)",
            "(" + "1, ".repeat(33) + "11)",
            "(" + "1, ".repeat(8) + "11)",
            "(" + "2147483647, ".repeat(31) + ")",
            "(" + " ".repeat(30_000) + ")");
    private static final List<String> TYPES = List.of(
            "'<f4'",
            "'>f4'",
            "'|O'",
            "'<f2'",
            "'<f8'",
            "'<i8'",
            "'<u8'",
            "'|b1'",
            "'<M8[ns]'",
            "'<U99'",
            "[('a','<f4')]");

    /** The message as it is. */
    public static ForgedReply unchanged(OutgoingMessage reply) {
        return new ForgedReply(reply.message(), reply.tree(), objects(reply));
    }

    /** Changes one object of the message, the root excepted. */
    public static ForgedReply of(OutgoingMessage reply, SplittableRandom random) {
        Map<String, byte[]> objects = objects(reply);
        List<String> ids = new ArrayList<>(objects.keySet());
        ids.remove(reply.id());
        String victim = ids.get(random.nextInt(ids.size()));
        byte[] old = Objects.requireNonNull(objects.get(victim));
        Map<String, String> renamed = new LinkedHashMap<>();
        Map<String, byte[]> forged = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> object : objects.entrySet()) {
            byte[] bytes = object.getKey().equals(victim)
                    ? changed(old, random)
                    : rename(Objects.requireNonNull(object.getValue()), renamed);
            String id = Digest.of(bytes).hex();
            renamed.put(object.getKey(), id);
            forged.put(id, bytes);
        }
        String root = Objects.requireNonNull(renamed.get(reply.id()));
        Message.Builder message = reply.message().toBuilder();
        message.getMetadataBuilder().setMessageId(root);
        return new ForgedReply(message.build(), rename(reply.tree(), renamed), forged);
    }

    /** An object of the message as it goes over the wire. */
    public ByteString content(String id) {
        return ByteString.copyFrom(Objects.requireNonNull(objects.get(id), id));
    }

    private static Map<String, byte[]> objects(OutgoingMessage reply) {
        Map<String, byte[]> objects = new LinkedHashMap<>();
        for (String id : reply.ids()) {
            objects.put(id, Objects.requireNonNull(reply.object(id)).encoded());
        }
        return objects;
    }

    private static byte[] changed(byte[] old, SplittableRandom random) {
        FlowerObject object = FlowerObject.decode(old);
        Mutations mutations = new Mutations(random);
        String header = object.type() + " " + String.join(",", object.children()) + " ";
        return switch (random.nextInt(8)) {
            case 0 -> mutations.bytes(old);
            case 1 -> old.length > 10 ? framed(header, mutations.bytes(object.body())) : mutations.noise(40);
            case 2 -> framed("Array" + " ".repeat(random.nextInt(3)) + " ", object.body());
            case 3 -> framed(object.type() + " " + "0".repeat(64) + "," + "0".repeat(64) + " ", object.body());
            case 4 ->
                Mutations.join(
                        Mutations.utf8(object.type() + " " + "f".repeat(64_000) + " " + object.body().length + "\0"),
                        object.body());
            default ->
                "ArrayChunk".equals(object.type())
                        ? framed(header, npy(object.body(), random))
                        : framed(
                                header,
                                object.body().length > 0 && object.body()[0] == '{'
                                        ? new JsonMutations(random, mutations).document(object.body(), null)
                                        : mutations.bytes(object.body()));
        };
    }

    /** An npy file whose header says something else than its payload. */
    private static byte[] npy(byte[] original, SplittableRandom random) {
        String text = "{'descr': " + TYPES.get(random.nextInt(random.nextInt(2) == 0 ? 1 : TYPES.size()))
                + ", 'fortran_order': " + (random.nextInt(4) == 0 ? "True" : "False") + ", 'shape': "
                + SHAPES.get(random.nextInt(SHAPES.size())) + ", }\n";
        byte[] dictionary = text.getBytes(StandardCharsets.ISO_8859_1);
        int version = random.nextInt(8) == 0 ? random.nextInt(256) : 1;
        int length = random.nextInt(8) == 0 ? (int) random.nextLong() : dictionary.length;
        byte[] payload = new byte[48];
        if (random.nextBoolean()) {
            random.nextBytes(payload);
        }
        ByteBuffer out = ByteBuffer.allocate(12 + dictionary.length + payload.length + (random.nextInt(4) == 0 ? 9 : 0))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.put(original, 0, Math.min(6, original.length)).put((byte) version).put((byte) 0);
        if (version == 1) {
            out.putShort((short) length);
        } else {
            out.putInt(length);
        }
        return out.put(dictionary).put(payload).array();
    }

    private static byte[] framed(String header, byte[] body) {
        return Mutations.join(Mutations.utf8(header + body.length + "\0"), body);
    }

    private static byte[] rename(byte[] object, Map<String, String> renamed) {
        String text = new String(object, StandardCharsets.ISO_8859_1);
        for (Map.Entry<String, String> name : renamed.entrySet()) {
            text = text.replace(name.getKey(), Objects.requireNonNull(name.getValue()));
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static ObjectTree rename(ObjectTree tree, Map<String, String> renamed) {
        ObjectTree.Builder builder =
                ObjectTree.newBuilder().setObjectId(renamed.getOrDefault(tree.getObjectId(), tree.getObjectId()));
        tree.getChildrenList().forEach(child -> builder.addChildren(rename(child, renamed)));
        return builder.build();
    }
}
