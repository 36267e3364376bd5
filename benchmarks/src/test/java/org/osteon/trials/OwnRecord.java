package org.osteon.trials;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.PullMessagesResponse;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.protocol.flower.wire.PushMessagesResponse;
import org.osteon.protocol.flower.wire.PushObjectRequest;
import org.osteon.protocol.flower.wire.PushObjectResponse;

/**
 * The driver's own record of a run, read from the wire between sites and hub: what each site was asked, with which
 * bytes it answered, and which answers the hub acknowledged. A reply is acknowledged when the hub has answered the call
 * that brought its last missing object.
 */
final class OwnRecord implements WireTap.Witness {
    private static final int MOST_OBJECTS = 1000;

    private final Map<String, byte[]> objects = new HashMap<>();
    private final Map<Long, Set<String>> asked = new HashMap<>();
    private final Map<String, Set<String>> answers = new LinkedHashMap<>();
    private final Map<String, Set<String>> parts = new LinkedHashMap<>();
    private final Map<String, Optional<Update>> read = new HashMap<>();
    private final Map<Long, Pending> pending = new HashMap<>();
    private final Set<String> acknowledged = new LinkedHashSet<>();
    private final List<String> faults = new ArrayList<>();

    private record Pending(String message, Set<String> missing) {}

    /**
     * An update as it went over the wire.
     *
     * @param site who sent it
     * @param round for which round
     * @param reply identity of the signed reply
     * @param update SHA-256 of the payload
     * @param payload raw little-endian arrays
     * @param acknowledged whether the hub has acknowledged it
     */
    record Update(String site, int round, String reply, String update, byte[] payload, boolean acknowledged) {
        Update heard() {
            return new Update(site, round, reply, update, payload, true);
        }
    }

    @Override
    public synchronized void asked(String method, byte[] request) {
        if (method.endsWith("/PushObject")) {
            PushObjectRequest push = parse(() -> PushObjectRequest.parseFrom(request));
            byte[] content = push.getObjectContent().toByteArray();
            if (Digest.of(content).hex().equals(push.getObjectId())) {
                objects.put(push.getObjectId(), content);
            }
        } else if (method.endsWith("/PushMessages")) {
            PushMessagesRequest push = parse(() -> PushMessagesRequest.parseFrom(request));
            Message message = push.getMessagesList(0);
            parts.put(
                    message.getMetadata().getMessageId(),
                    IncomingMessage.ids(push.getMessageObjectTrees(0), MOST_OBJECTS));
            answered(
                    message.getMetadata().getReplyToMessageId(),
                    message.getMetadata().getMessageId());
            if (message.hasError()) {
                faults.add("ERROR_REPLY: node " + message.getMetadata().getSrcNodeId() + " answered with "
                        + message.getError().getReason());
            }
        }
    }

    @Override
    public synchronized void answered(String method, byte[] request, byte[] answer) {
        if (method.endsWith("/PullMessages")) {
            parse(() -> PullMessagesResponse.parseFrom(answer))
                    .getMessagesListList()
                    .forEach(message -> asked.computeIfAbsent(
                                    message.getMetadata().getDstNodeId(), unused -> new LinkedHashSet<>())
                            .add(message.getMetadata().getMessageId()));
        } else if (method.endsWith("/PushMessages")) {
            PushMessagesRequest push = parse(() -> PushMessagesRequest.parseFrom(request));
            Pending one = new Pending(
                    push.getMessagesList(0).getMetadata().getMessageId(),
                    new HashSet<>(
                            parse(() -> PushMessagesResponse.parseFrom(answer)).getObjectsToPushList()));
            pending.put(push.getNode().getNodeId(), one);
            acknowledge(one);
        } else if (method.endsWith("/PushObject")) {
            PushObjectRequest push = parse(() -> PushObjectRequest.parseFrom(request));
            Pending one = pending.get(push.getNode().getNodeId());
            if (one != null
                    && parse(() -> PushObjectResponse.parseFrom(answer)).getStored()
                    && one.missing().remove(push.getObjectId())) {
                acknowledge(one);
            }
        }
    }

    /** A question got this answer, known by the digest of all its bytes. */
    void answered(String question, String message) {
        Set<String> messages = answers.computeIfAbsent(question, unused -> new LinkedHashSet<>());
        if (messages.add(message) && messages.size() > 1) {
            faults.add("OTHER_BYTES: one instruction was answered with " + messages);
        }
    }

    private void acknowledge(Pending one) {
        if (one.missing().isEmpty()) {
            acknowledged.add(one.message());
        }
    }

    /** Messages that were handed to a node. */
    synchronized int asked(long node) {
        return asked.getOrDefault(node, Set.of()).size();
    }

    /** Whether the hub has acknowledged a site's update for a round. */
    boolean acknowledged(String site, int round) {
        return updates().stream()
                .anyMatch(update -> update.acknowledged() && update.site().equals(site) && update.round() == round);
    }

    /** Nodes that were asked something. */
    synchronized Set<Long> nodes() {
        return Set.copyOf(asked.keySet());
    }

    /** Answers in other bytes than before to the same question, and answers that were errors, since the last call. */
    synchronized List<String> takeFaults() {
        List<String> taken = List.copyOf(faults);
        faults.clear();
        return taken;
    }

    /** Every update whose bytes went over the wire whole. */
    synchronized List<Update> updates() {
        List<Update> updates = new ArrayList<>();
        parts.forEach((message, ids) -> {
            if (objects.keySet().containsAll(ids)) {
                read.computeIfAbsent(message, this::read)
                        .map(update -> acknowledged.contains(message) ? update.heard() : update)
                        .ifPresent(updates::add);
            }
        });
        return updates;
    }

    private Optional<Update> read(String message) {
        IncomingMessage incoming = IncomingMessage.read(message, id -> FlowerObject.decode(object(id)));
        Optional<byte[]> envelope = incoming.configBytes(Reply.RECORD, Reply.RECORD);
        if (envelope.isEmpty()) {
            return Optional.empty();
        }
        SignedDocument<Reply> signed = SignedDocument.read(envelope.orElseThrow(), Reply.class);
        Reply reply = signed.document();
        if (!"update".equals(reply.outcome())) {
            return Optional.empty();
        }
        byte[] payload = payload(reply, incoming.arrays().getOrDefault("arrays", Map.of()));
        return Optional.of(new Update(
                reply.site(),
                reply.round(),
                signed.digest().hex(),
                Digest.of(payload).hex(),
                payload,
                false));
    }

    private byte[] object(String id) {
        return Objects.requireNonNull(objects.get(id), id);
    }

    /** The arrays' numbers, one array after the other, without their npy headers (version 1 of the format). */
    private byte[] payload(Reply reply, Map<String, FlowerObjects.ArrayBody> arrays) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (ArraySpec spec : reply.arrays()) {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            Objects.requireNonNull(arrays.get(spec.name()), spec.name())
                    .chunks()
                    .forEach(chunk ->
                            file.writeBytes(FlowerObject.decode(object(chunk)).body()));
            ByteBuffer npy = ByteBuffer.wrap(file.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
            int begin = 10 + Short.toUnsignedInt(npy.getShort(8));
            payload.write(npy.array(), begin, npy.limit() - begin);
        }
        return payload.toByteArray();
    }

    private interface Parsed<T> {
        T get() throws InvalidProtocolBufferException;
    }

    private static <T> T parse(Parsed<T> message) {
        try {
            return message.get();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("a call on the wire is malformed", e);
        }
    }
}
