package org.osteon.protocol.flower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.Metadata;
import org.osteon.protocol.flower.wire.RecordDict;

/** A valid message passes; each rule refuses the same message with one fact changed. */
class MessageRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-23T09:00:00Z");
    private static final long NODE = -5;
    private static final Metadata INSTRUCTION = Metadata.newBuilder()
            .setRunId(Long.MIN_VALUE + 7)
            .setSrcNodeId(1)
            .setDstNodeId(NODE)
            .setMessageType("train.local")
            .setGroupId("3")
            .setCreatedAt(NOW.getEpochSecond() - 10)
            .setTtl(600)
            .build();

    @Test
    void anInstructionAnnouncedWithoutItsTaskIsTheOneOfItsObject() {
        // Given
        Metadata asked = INSTRUCTION.toBuilder().setSrcTaskId(9).build();
        OutgoingMessage instruction = built(asked);
        var announced = instruction.message().toBuilder();
        announced.getMetadataBuilder().clearSrcTaskId();

        // When, Then
        assertThatCode(() -> {
                    MessageRules.announced(announced.build(), instruction.tree(), NOW);
                    MessageRules.same(announced.getMetadata(), asked);
                })
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> MessageRules.instruction(announced.build(), instruction.tree(), NOW))
                .hasMessageContaining("identity");
        announced.getMetadataBuilder().setGroupId("4");
        assertThatThrownBy(() -> MessageRules.same(announced.getMetadata(), asked))
                .hasMessageContaining("not those of the object");
    }

    @Test
    void aValidInstructionItsReplyAndAnErrorReplyPass() {
        // Given
        OutgoingMessage instruction = built(INSTRUCTION);
        Metadata answer = MessageRules.replyMetadata(instruction.message().getMetadata(), NOW);
        OutgoingMessage reply = built(answer);
        OutgoingMessage error = OutgoingMessage.error(answer, 2, "the training did not run");

        // When, Then
        assertThat(answer.getTtl()).isEqualTo(590);
        assertThatCode(() -> {
                    MessageRules.instruction(instruction.message(), instruction.tree(), NOW);
                    Metadata asked = instruction.message().getMetadata();
                    MessageRules.reply(reply.message(), reply.tree(), asked, NOW);
                    MessageRules.reply(error.message(), error.tree(), asked, NOW);
                })
                .doesNotThrowAnyException();
        assertThat(error.ids()).containsExactly(error.id());
    }

    static Stream<Arguments> instructionFaults() {
        return Stream.of(
                fault("src_node_id is not the hub", m -> m.setSrcNodeId(2)),
                fault("reply_to_message_id", m -> m.setReplyToMessageId("a".repeat(64))),
                fault("dst_node_id is 0", m -> m.setDstNodeId(0)),
                fault("src_node_id is dst_node_id", m -> m.setDstNodeId(1)),
                fault("message_type", m -> m.setMessageType("")),
                fault("message_type", m -> m.setMessageType("train.")),
                fault("message_type", m -> m.setMessageType("train.1st")),
                fault("message_type", m -> m.setMessageType("delete")),
                fault("created_at", m -> m.setCreatedAt(1_740_700_799)),
                fault("created_at", m -> m.setCreatedAt(Double.NaN)),
                fault("ttl is not above 0", m -> m.setTtl(0)),
                fault("ttl is not above 0", m -> m.setTtl(Double.POSITIVE_INFINITY)),
                fault("ttl has run out", m -> m.setTtl(10)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("instructionFaults")
    void anInstructionWithOneFactChangedIsRefused(String named, UnaryOperator<Metadata.Builder> change) {
        // Given
        OutgoingMessage message = built(change.apply(INSTRUCTION.toBuilder()).build());

        // When, Then
        assertThatThrownBy(() -> MessageRules.instruction(message.message(), message.tree(), NOW))
                .isInstanceOf(FlowerException.class)
                .hasMessageContaining(named);
    }

    static Stream<Arguments> replyFaults() {
        return Stream.of(
                fault("dst_node_id is not the hub", m -> m.setDstNodeId(9)),
                fault("reply_to_message_id", m -> m.clearReplyToMessageId()),
                fault("reply_to_message_id", m -> m.setReplyToMessageId("b".repeat(64))),
                fault("src_node_id is not whom", m -> m.setSrcNodeId(77)),
                fault("run_id", m -> m.setRunId(8)),
                fault("message_type is not the instruction", m -> m.setMessageType("evaluate")),
                fault("group_id", m -> m.setGroupId("4")),
                fault("ttl outlives", m -> m.setTtl(590.2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replyFaults")
    void aReplyWithOneFactChangedIsRefused(String named, UnaryOperator<Metadata.Builder> change) {
        // Given
        Metadata asked = built(INSTRUCTION).message().getMetadata();
        OutgoingMessage reply = built(
                change.apply(MessageRules.replyMetadata(asked, NOW).toBuilder()).build());

        // When, Then
        assertThatThrownBy(() -> MessageRules.reply(reply.message(), reply.tree(), asked, NOW))
                .isInstanceOf(FlowerException.class)
                .hasMessageContaining(named);
    }

    @Test
    void aMessageThatIsNotItsObjectIsRefused() {
        // Given: the object says run 7, the message around it another
        OutgoingMessage honest = built(INSTRUCTION);
        var forged = honest.message().toBuilder();
        forged.getMetadataBuilder().setRunId(8);

        // When, Then
        assertThatThrownBy(() -> MessageRules.instruction(forged.build(), honest.tree(), NOW))
                .hasMessageContaining("identity");
        assertThatThrownBy(() -> MessageRules.instruction(
                        honest.message().toBuilder().clearContent().build(), honest.tree(), NOW))
                .hasMessageContaining("content and error");
        assertThatThrownBy(() -> MessageRules.instruction(
                        honest.message(),
                        honest.tree().toBuilder().setObjectId("c".repeat(64)).build(),
                        NOW))
                .hasMessageContaining("root");
        assertThatThrownBy(() -> MessageRules.instruction(
                        honest.message().toBuilder()
                                .setContent(RecordDict.newBuilder()
                                        .addItems(RecordDict.Item.newBuilder().setKey("x")))
                                .build(),
                        honest.tree(),
                        NOW))
                .hasMessageContaining("content");
    }

    private static Arguments fault(String named, UnaryOperator<Metadata.Builder> change) {
        return Arguments.of(named, change);
    }

    private static OutgoingMessage built(Metadata metadata) {
        return new OutgoingMessage.Builder()
                .arrays("arrays", List.of())
                .metric("metrics", "num-examples", 5)
                .build(metadata);
    }
}
