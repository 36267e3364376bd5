package org.osteon.protocol.flower;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.ObjectTree;

/**
 * When a message on the wire is valid: Flower's own rules, and the ones that bind it to its object and to the
 * instruction it answers. Whether the sender is who it says it is, the caller compares with the authenticated node.
 */
public final class MessageRules {
    /** Node id of the hub in every run. */
    public static final long HUB_NODE = 1;

    /** Seconds a message lives when nothing else is said. */
    public static final double DEFAULT_TTL = 43_200;

    /** The earliest {@code created_at}, seconds since the epoch: 28 February 2025. */
    public static final double EARLIEST = 1_740_700_800.0;

    /** Seconds by which a reply may outlive its instruction. */
    public static final double TTL_TOLERANCE = 0.1;

    private static final Pattern TYPE = Pattern.compile(
            "(?:train|evaluate|query|system)(?:\\.[\\p{L}_][\\p{L}\\p{N}_]{0,127})?|get_parameters|get_properties|reconnect");

    private MessageRules() {}

    /**
     * Checks an instruction as a node gets it.
     *
     * @param message as sent
     * @param tree its object tree
     * @param now the time it is checked at
     * @throws FlowerException with code {@code MESSAGE_INVALID}, naming the field
     */
    public static void instruction(Message message, ObjectTree tree, Instant now) {
        announced(message, tree, now);
        bound(message, tree);
    }

    /**
     * Checks an instruction of which only the announcement is there yet: everything but that the metadata are those of
     * its object, which {@link #same} says when the object has come. A SuperLink that keeps its messages in a database
     * announces them without the task ids that their identity covers.
     *
     * @throws FlowerException with code {@code MESSAGE_INVALID}, naming the field
     */
    public static void announced(Message message, ObjectTree tree, Instant now) {
        common(message, tree, now);
        Metadata metadata = message.getMetadata();
        require(metadata.getSrcNodeId() == HUB_NODE, "src_node_id is not the hub's");
        require(metadata.getReplyToMessageId().isEmpty(), "reply_to_message_id of an instruction is set");
    }

    /**
     * Checks that metadata are those of the message's object, but for the task ids.
     *
     * @param announced as sent beside the object
     * @param object as the object has them
     * @throws FlowerException with code {@code MESSAGE_INVALID}
     */
    public static void same(Metadata announced, Metadata object) {
        require(withoutTasks(announced).equals(withoutTasks(object)), "the metadata are not those of the object");
    }

    private static Metadata withoutTasks(Metadata metadata) {
        return metadata.toBuilder()
                .clearMessageId()
                .clearSrcTaskId()
                .clearDstTaskId()
                .build();
    }

    /**
     * Checks a reply as the hub gets it.
     *
     * @param message as pushed
     * @param tree its object tree
     * @param instruction metadata of the message that {@code reply_to_message_id} names
     * @param now the time it is checked at
     * @throws FlowerException with code {@code MESSAGE_INVALID}, naming the field
     */
    public static void reply(Message message, ObjectTree tree, Metadata instruction, Instant now) {
        common(message, tree, now);
        bound(message, tree);
        Metadata metadata = message.getMetadata();
        require(metadata.getDstNodeId() == HUB_NODE, "dst_node_id is not the hub's");
        require(
                !instruction.getMessageId().isEmpty()
                        && metadata.getReplyToMessageId().equals(instruction.getMessageId()),
                "reply_to_message_id is not the instruction's");
        require(
                metadata.getSrcNodeId() == instruction.getDstNodeId(),
                "src_node_id is not whom the instruction went to");
        require(metadata.getRunId() == instruction.getRunId(), "run_id is not the instruction's");
        require(
                metadata.getMessageType().equals(instruction.getMessageType()),
                "message_type is not the instruction's");
        require(metadata.getGroupId().equals(instruction.getGroupId()), "group_id is not the instruction's");
        double left = instruction.getCreatedAt() + instruction.getTtl() - metadata.getCreatedAt();
        require(metadata.getTtl() <= left + TTL_TOLERANCE, "ttl outlives the instruction");
    }

    /**
     * Metadata for the reply to an instruction: ends swapped, type, run and group kept, and what is left of its life.
     *
     * @param instruction metadata with its message id
     * @param now becomes {@code created_at}
     */
    public static Metadata replyMetadata(Metadata instruction, Instant now) {
        double createdAt = seconds(now);
        return Metadata.newBuilder()
                .setRunId(instruction.getRunId())
                .setSrcNodeId(instruction.getDstNodeId())
                .setDstNodeId(instruction.getSrcNodeId())
                .setReplyToMessageId(instruction.getMessageId())
                .setGroupId(instruction.getGroupId())
                .setMessageType(instruction.getMessageType())
                .setCreatedAt(createdAt)
                .setTtl(instruction.getCreatedAt() + instruction.getTtl() - createdAt)
                .build();
    }

    private static void common(Message message, ObjectTree tree, Instant now) {
        Metadata metadata = message.getMetadata();
        require(Digest.isHex(metadata.getMessageId()), "message_id is not an object id");
        require(metadata.getSrcNodeId() != 0 && metadata.getDstNodeId() != 0, "src_node_id or dst_node_id is 0");
        require(metadata.getSrcNodeId() != metadata.getDstNodeId(), "src_node_id is dst_node_id");
        require(TYPE.matcher(metadata.getMessageType()).matches(), "message_type is not known");
        double createdAt = metadata.getCreatedAt();
        double ttl = metadata.getTtl();
        require(Double.isFinite(createdAt) && createdAt >= EARLIEST, "created_at is before 28 February 2025");
        require(Double.isFinite(ttl) && ttl > 0, "ttl is not above 0");
        require(createdAt + ttl > seconds(now), "ttl has run out");
        require(message.hasContent() != message.hasError(), "not exactly one of content and error is set");
        require(message.getContent().getItemsCount() == 0, "content is not left to the objects");
        require(tree.getObjectId().equals(metadata.getMessageId()), "message_id is not the tree's root");
    }

    private static void bound(Message message, ObjectTree tree) {
        require(
                identity(message, tree).equals(message.getMetadata().getMessageId()),
                "message_id is not the message's identity");
    }

    private static String identity(Message message, ObjectTree tree) {
        List<ObjectTree> children = tree.getChildrenList();
        require(children.size() == (message.hasError() ? 0 : 1), "the tree has no single content");
        FlowerObject object = message.hasError()
                ? FlowerObjects.errorMessage(message.getMetadata(), message.getError())
                : FlowerObjects.message(message.getMetadata(), children.get(0).getObjectId());
        return object.id();
    }

    private static double seconds(Instant time) {
        return time.getEpochSecond() + time.getNano() / 1e9;
    }

    private static void require(boolean holds, String fault) {
        if (!holds) {
            throw new FlowerException("MESSAGE_INVALID", "message refused: " + fault);
        }
    }
}
