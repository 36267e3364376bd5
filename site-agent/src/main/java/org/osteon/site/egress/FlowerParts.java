package org.osteon.site.egress;

import com.google.protobuf.MessageOrBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.osteon.protocol.document.Reply;
import org.osteon.protocol.flower.NumpyFormat;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.object.OutgoingMessage;
import org.osteon.protocol.flower.wire.ConfigRecord;
import org.osteon.protocol.flower.wire.PushMessagesRequest;
import org.osteon.site.egress.Specimens.Part;

/** Everything that goes over the wire for one Flower message, piece by piece, in the order in which it is pushed. */
final class FlowerParts {
    private static final int FIRST_VALUES = 12;

    private FlowerParts() {}

    static List<Part> of(OutgoingMessage message) {
        List<Part> parts = new ArrayList<>();
        PushMessagesRequest request = PushMessagesRequest.newBuilder()
                .addMessagesList(message.message())
                .addMessageObjectTrees(message.tree())
                .build();
        parts.add(new Part("PushMessages", request.toByteArray(), text(request)));
        for (String id : message.ids()) {
            FlowerObject object = message.object(id);
            if (object != null) {
                parts.add(new Part(object.type(), object.encoded(), readable(object)));
            }
        }
        return parts;
    }

    private static String readable(FlowerObject object) {
        return switch (object.type()) {
            case "ArrayChunk" -> chunk(object.body());
            case "MetricRecord" -> text(FlowerObjects.readMetrics(object));
            case "ConfigRecord" -> config(FlowerObjects.readConfig(object));
            case "Message" -> text(FlowerObjects.readMessage(object));
            default -> new String(object.body(), StandardCharsets.UTF_8);
        };
    }

    /** The header of an array and its first values; a chunk in the middle of an array has no header. */
    private static String chunk(byte[] body) {
        if (body.length < 6 || body[1] != 'N') {
            return "";
        }
        NumpyFormat.Header header = NumpyFormat.header(body);
        ByteBuffer values = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
        values.position(header.payloadOffset());
        List<String> first = new ArrayList<>();
        int width = "float32".equals(header.dtype()) ? Float.BYTES : Double.BYTES;
        while (first.size() < FIRST_VALUES && values.remaining() >= width) {
            first.add(
                    switch (header.dtype()) {
                        case "float32" -> Float.toString(values.getFloat());
                        case "int64" -> Long.toString(values.getLong());
                        default -> Double.toString(values.getDouble());
                    });
        }
        String more = values.hasRemaining() ? " …" : "";
        return header.dtype() + " " + header.shape() + ": " + String.join(" ", first) + more;
    }

    private static String config(ConfigRecord record) {
        StringBuilder text = new StringBuilder();
        for (ConfigRecord.Item item : record.getItemsList()) {
            text.append(item.getKey())
                    .append(": ")
                    .append(
                            item.getKey().equals(Reply.RECORD)
                                    ? item.getValue().getBytes().toStringUtf8()
                                    : text(item.getValue()))
                    .append('\n');
        }
        return text.toString();
    }

    private static String text(MessageOrBuilder message) {
        return String.valueOf(message);
    }
}
