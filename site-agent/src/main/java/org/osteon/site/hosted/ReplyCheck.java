package org.osteon.site.hosted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.flower.FlowerException;
import org.osteon.protocol.flower.object.FlowerObject;
import org.osteon.protocol.flower.object.FlowerObjects;
import org.osteon.protocol.flower.object.IncomingMessage;
import org.osteon.protocol.flower.object.ReceivedArrays;
import org.osteon.protocol.flower.record.NamedValues;
import org.osteon.protocol.flower.record.Value;
import org.osteon.protocol.flower.wire.Message;
import org.osteon.protocol.flower.wire.MetricRecord;

/**
 * Takes out of an app's reply what was declared, and refuses a reply that has anything else: another record, another
 * array, another shape or type, another metric, a number that is none. Nothing of the reply itself goes on, neither its
 * metadata nor the bytes around its arrays.
 */
final class ReplyCheck {
    private static final String UNDECLARED = "HOSTED_REPLY_NOT_DECLARED";

    private ReplyCheck() {}

    /**
     * What may leave of a reply.
     *
     * @param app what was declared
     * @param reply the reply's message as the app announced it
     * @param objects folder with its objects
     * @param draft an existing file that the arrays' payloads are written to; removed when this throws
     * @throws HostedFailure when the app answered an error, or anything but what was declared
     */
    static HostedReply read(HostedApp app, Message reply, Path objects, Path draft) {
        if (reply.hasError()) {
            throw new HostedFailure("HOSTED_APP_FAILED", "the app answered an error; its output says more");
        }
        try {
            return checked(app, reply, objects, draft);
        } catch (HostedFailure e) {
            forget(draft);
            throw e;
        } catch (FlowerException | DocumentException | ReceivedArrays.Malformed e) {
            forget(draft);
            throw new HostedFailure(UNDECLARED, "the reply is malformed");
        }
    }

    private static HostedReply checked(HostedApp app, Message reply, Path objects, Path draft) {
        IncomingMessage message = IncomingMessage.read(reply.getMetadata().getMessageId(), id -> object(objects, id));
        require(message.configs().isEmpty(), "a reply carries no configuration");
        require(records(message.arrays().keySet(), app.arrayRecord()), "a record of arrays is not declared");
        require(records(message.metrics().keySet(), app.metricRecord()), "a metric record is not declared");
        Map<String, FlowerObjects.ArrayBody> arrays = message.arrays().getOrDefault(app.arrayRecord(), Map.of());
        require(
                List.copyOf(arrays.keySet())
                        .equals(app.arrays().stream().map(ArraySpec::name).toList()),
                "the arrays' names are not those declared");
        ReceivedArrays.Payloads payloads =
                ReceivedArrays.write(arrays, objects::resolve, draft, ArraySpec.bytes(app.arrays()));
        require(payloads.specs().equals(app.arrays()), "types or shapes of the arrays are not those declared");
        if (!payloads.finite()) {
            throw new HostedFailure("HOSTED_REPLY_NOT_FINITE", "an array has an element that is no finite number");
        }
        return new HostedReply(payloads, metrics(app, message));
    }

    private static void forget(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Value> metrics(HostedApp app, IncomingMessage message) {
        if (app.metricRecord().isEmpty()) {
            return Map.of();
        }
        NamedValues record =
                NamedValues.of(message.metrics().getOrDefault(app.metricRecord(), MetricRecord.getDefaultInstance()));
        require(
                app.more()
                        ? record.values().keySet().containsAll(app.metrics())
                        : new ArrayList<>(record.values().keySet()).equals(app.metrics()),
                "the metrics' names are not those declared");
        Map<String, Value> metrics = new LinkedHashMap<>();
        app.metrics().forEach(name -> {
            Value value = record.values().get(name);
            boolean real = value instanceof Value.Real;
            require(
                    real || value instanceof Value.Signed || value instanceof Value.Unsigned,
                    "a metric is no single number");
            if (value instanceof Value.Real number && !Double.isFinite(number.value())) {
                throw new HostedFailure("HOSTED_REPLY_NOT_FINITE", "a metric is no finite number");
            }
            metrics.put(name, value);
        });
        return metrics;
    }

    private static boolean records(Set<String> names, String declared) {
        return names.equals(declared.isEmpty() ? Set.of() : Set.of(declared));
    }

    private static void require(boolean holds, String fault) {
        if (!holds) {
            throw new HostedFailure(UNDECLARED, fault);
        }
    }

    private static FlowerObject object(Path objects, String id) {
        Path file = objects.resolve(id);
        if (!id.matches("[0-9a-f]{64}") || !Files.exists(file)) {
            throw new FlowerException("OBJECT_MALFORMED", "an object of the reply was not pushed");
        }
        try {
            return FlowerObject.decode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
