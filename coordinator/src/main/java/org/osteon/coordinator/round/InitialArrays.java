package org.osteon.coordinator.round;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Study;

/** The arrays a study starts from: zeros for logistic and softmax models. */
final class InitialArrays {
    private InitialArrays() {}

    static byte[] of(Study study) {
        if ("mlp".equals(study.model().template())) {
            throw CallException.wrong(
                    "TEMPLATE_NOT_SUPPORTED",
                    "this hub starts runs of logistic and softmax models; mlp cannot be started yet");
        }
        long bytes = study.model().arrays().stream().mapToLong(ArraySpec::bytes).sum();
        return ByteBuffer.allocate(Math.toIntExact(bytes))
                .order(ByteOrder.LITTLE_ENDIAN)
                .array();
    }
}
