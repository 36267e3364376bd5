package org.osteon.site.console;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.osteon.console.account.Person;
import org.osteon.console.page.Frame;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.call.Principal;
import org.osteon.protocol.v1.Answer;
import org.osteon.site.desk.SiteService;

/** Asks the same desk as the command line does, as the person before the page. */
final class Desk {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final SiteService service;
    private final String federation;

    Desk(SiteService service, String federation) {
        this.service = service;
        this.federation = federation;
    }

    /** Who is signed in; a page of this package is never reached without. */
    Person person() {
        Person person = Frame.person();
        if (person == null || !person.federation().equals(federation)) {
            throw CallException.refused("NOT_SIGNED_IN", "nobody is signed in");
        }
        return person;
    }

    /** The desk's answer, as the command line's JSON has it. */
    Map<String, Object> ask(BiConsumer<SiteService, StreamObserver<Answer>> call) {
        Person person = person();
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        new Principal("console/" + person.name(), person.role(), person.name(), federation)
                .run(() -> call.accept(service, new StreamObserver<>() {
                    @Override
                    public void onNext(Answer value) {
                        answer.complete(value);
                    }

                    @Override
                    public void onError(Throwable error) {
                        answer.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {
                        // Everything was said with the one answer.
                    }
                }));
        try {
            return JSON.readValue(answer.join().getJson(), OBJECT);
        } catch (CompletionException e) {
            throw said(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RuntimeException said(CompletionException e) {
        if (!(e.getCause() instanceof StatusRuntimeException no)) {
            return e;
        }
        Status status = no.getStatus();
        String text = String.valueOf(status.getDescription());
        int colon = text.indexOf(": ");
        String code = colon > 0 ? text.substring(0, colon) : "TRY_AGAIN";
        String sentence = colon > 0 ? text.substring(colon + 2) : text;
        return switch (status.getCode()) {
            case INVALID_ARGUMENT -> CallException.wrong(code, sentence);
            case NOT_FOUND -> CallException.absent(code, sentence);
            case FAILED_PRECONDITION -> CallException.refused(code, sentence);
            case DATA_LOSS -> new CallException(CallException.Kind.DOES_NOT_HOLD, code, sentence);
            default -> new IllegalStateException(text, no);
        };
    }
}
