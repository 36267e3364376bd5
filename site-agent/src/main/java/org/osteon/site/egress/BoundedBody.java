package org.osteon.site.egress;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The bytes of an answer, refused as soon as there are more than allowed. */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
    private final HttpResponse.BodySubscriber<byte[]> bytes = HttpResponse.BodySubscribers.ofByteArray();
    private final int most;
    private long seen;
    private boolean over;
    private Flow.@Nullable Subscription subscription;

    BoundedBody(int most) {
        this.most = most;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return bytes.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        bytes.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (over) {
            return;
        }
        seen += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        if (seen > most) {
            over = true;
            if (subscription != null) {
                subscription.cancel();
            }
            bytes.onError(new TooLong());
        } else {
            bytes.onNext(buffers);
        }
    }

    @Override
    public void onError(Throwable problem) {
        if (!over) {
            bytes.onError(problem);
        }
    }

    @Override
    public void onComplete() {
        if (!over) {
            bytes.onComplete();
        }
    }

    /** The server sent more than an answer can have. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super("the server's answer is too long");
        }
    }
}
