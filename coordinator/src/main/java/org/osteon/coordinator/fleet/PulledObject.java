package org.osteon.coordinator.fleet;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import org.osteon.protocol.flower.object.EncodedObject;
import org.osteon.protocol.flower.wire.PullObjectResponse;

/**
 * A {@link PullObjectResponse} with an object that is found and available; what of it lies in a file is read when it is
 * sent, a piece at a time.
 */
final class PulledObject {
    private final byte[] begin;
    private final EncodedObject object;

    PulledObject(EncodedObject object) {
        this.object = object;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            PullObjectResponse.newBuilder()
                    .setObjectFound(true)
                    .setObjectAvailable(true)
                    .build()
                    .writeTo(bytes);
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeTag(PullObjectResponse.OBJECT_CONTENT_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(object.size());
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.begin = bytes.toByteArray();
    }

    /** How many bytes the message has. */
    int size() {
        return begin.length + object.size();
    }

    /** The message's bytes, to be read once and closed. */
    InputStream open() throws IOException {
        return new SequenceInputStream(new ByteArrayInputStream(begin), object.open());
    }

    /** The message's bytes as gRPC takes them: it knows how many there are, and lets them be written to its buffers. */
    InputStream stream() {
        return new Stream();
    }

    private final class Stream extends InputStream implements KnownLength, Drainable {
        @Override
        public int drainTo(OutputStream target) throws IOException {
            target.write(begin);
            object.writeTo(target);
            return size();
        }

        @Override
        public int available() {
            return size();
        }

        @Override
        public int read() throws IOException {
            throw new IOException("gRPC drains what it can");
        }
    }
}
