package org.osteon.protocol.flower;

import java.nio.ByteBuffer;
import java.util.List;

/** Puts an array's elements into C order and little endian, the one form in which payloads are stored here. */
public final class NumpyPayload {
    private NumpyPayload() {}

    /**
     * The elements in C order, little endian; a copy, bits unchanged.
     *
     * @param header what the array's header says
     * @param payload exactly the payload, heap, direct or mapped; its position is not moved
     * @throws FlowerException with code {@code NPY_MALFORMED} when the payload is longer or shorter than the header
     *     says
     */
    public static ByteBuffer canonical(NumpyFormat.Header header, ByteBuffer payload) {
        if (payload.remaining() != header.payloadBytes()) {
            throw new FlowerException(
                    "NPY_MALFORMED", "an array of " + header.payloadBytes() + " bytes has " + payload.remaining());
        }
        ByteBuffer source = payload.slice();
        ByteBuffer out = ByteBuffer.allocate(source.remaining());
        if (header.canonical()) {
            return out.put(source).flip();
        }
        int item = header.itemBytes();
        int count = (int) header.elements();
        int[] index = new int[header.shape().size()];
        int[] strides = strides(header);
        for (int n = 0; n < count; n++) {
            int from = 0;
            for (int axis = 0; axis < index.length; axis++) {
                from += index[axis] * strides[axis];
            }
            for (int b = 0; b < item; b++) {
                out.put(source.get(from * item + (header.littleEndian() ? b : item - 1 - b)));
            }
            next(index, header.shape());
        }
        return out.flip();
    }

    private static int[] strides(NumpyFormat.Header header) {
        List<Integer> shape = header.shape();
        int[] strides = new int[shape.size()];
        int stride = 1;
        for (int i = 0; i < strides.length; i++) {
            int axis = header.fortranOrder() ? i : strides.length - 1 - i;
            strides[axis] = stride;
            stride *= shape.get(axis);
        }
        return strides;
    }

    /** Counts on, last axis fastest. */
    private static void next(int[] index, List<Integer> shape) {
        for (int axis = index.length - 1; axis >= 0; axis--) {
            if (++index[axis] < shape.get(axis)) {
                return;
            }
            index[axis] = 0;
        }
    }
}
