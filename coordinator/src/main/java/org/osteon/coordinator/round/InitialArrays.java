package org.osteon.coordinator.round;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.osteon.protocol.document.InitialModel;

/** What the arrays of an ungoverned run begin with, one after the other. */
public record InitialArrays(List<Part> parts) {
    /** Takes a copy. */
    public InitialArrays {
        parts = List.copyOf(parts);
    }

    /** The values of all arrays in one piece. */
    public static InitialArrays of(byte[] values) {
        return new InitialArrays(List.of(new Part(0, out -> out.write(values))));
    }

    /**
     * Some of the values.
     *
     * @param zeros bytes of value 0 that come first
     * @param values what comes after them, raw little-endian
     */
    public record Part(long zeros, Values values) {}

    /** Values that write themselves. */
    @FunctionalInterface
    public interface Values {
        /** Writes them. */
        void to(OutputStream out) throws IOException;
    }

    void write(OutputStream out) throws IOException {
        for (Part part : parts) {
            InitialModel.zeros(part.zeros(), out);
            part.values().to(out);
        }
    }
}
