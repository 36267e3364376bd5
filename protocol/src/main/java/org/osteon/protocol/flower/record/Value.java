package org.osteon.protocol.flower.record;

import com.google.protobuf.ByteString;
import java.util.List;

/** One value of a metric or config record; Flower's twelve kinds. */
public sealed interface Value {
    /**
     * A scalar.
     *
     * @param value a double, bits kept
     */
    record Real(double value) implements Value {}

    /**
     * A scalar.
     *
     * @param value a signed integer
     */
    record Signed(long value) implements Value {}

    /**
     * A scalar.
     *
     * @param value an unsigned 64-bit integer, as Python's integers above 2^63-1 travel
     */
    record Unsigned(long value) implements Value {}

    /**
     * A scalar.
     *
     * @param value true or false; config records only
     */
    record Truth(boolean value) implements Value {}

    /**
     * A scalar.
     *
     * @param value a text; config records only
     */
    record Text(String value) implements Value {}

    /**
     * A scalar.
     *
     * @param value bytes; config records only
     */
    record Bytes(ByteString value) implements Value {}

    /**
     * A list.
     *
     * @param values doubles
     */
    record Reals(List<Double> values) implements Value {
        /** Takes a copy. */
        public Reals {
            values = List.copyOf(values);
        }
    }

    /**
     * A list.
     *
     * @param values signed integers
     */
    record Signeds(List<Long> values) implements Value {
        /** Takes a copy. */
        public Signeds {
            values = List.copyOf(values);
        }
    }

    /**
     * A list.
     *
     * @param values unsigned 64-bit integers
     */
    record Unsigneds(List<Long> values) implements Value {
        /** Takes a copy. */
        public Unsigneds {
            values = List.copyOf(values);
        }
    }

    /**
     * A list.
     *
     * @param values truth values; config records only
     */
    record Truths(List<Boolean> values) implements Value {
        /** Takes a copy. */
        public Truths {
            values = List.copyOf(values);
        }
    }

    /**
     * A list.
     *
     * @param values texts; config records only
     */
    record Texts(List<String> values) implements Value {
        /** Takes a copy. */
        public Texts {
            values = List.copyOf(values);
        }
    }

    /**
     * A list.
     *
     * @param values byte strings; config records only
     */
    record ManyBytes(List<ByteString> values) implements Value {
        /** Takes a copy. */
        public ManyBytes {
            values = List.copyOf(values);
        }
    }
}
