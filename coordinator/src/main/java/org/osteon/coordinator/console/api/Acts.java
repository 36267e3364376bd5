package org.osteon.coordinator.console.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osteon.console.account.Person;
import org.osteon.console.api.ApiException;
import org.osteon.coordinator.store.Alongside;
import org.osteon.protocol.document.Digest;
import org.springframework.http.ResponseEntity;

/**
 * Acts under an idempotency key: the same request under the same key of the same person is done once and answered alike
 * ever after. A refused act changed nothing, so it is not kept and may be tried again.
 */
final class Acts {
    private static final String FORM = "[A-Za-z0-9._:-]{8,64}";

    private final ActKeys keys;
    private final Supplier<Person> caller;
    private final Set<List<String>> underWay = ConcurrentHashMap.newKeySet();

    Acts(ActKeys keys, Supplier<Person> caller) {
        this.keys = keys;
        this.caller = caller;
    }

    /**
     * Does an act once.
     *
     * @param body the request's body as it was read
     * @param answer what is told of what the act made; reads nothing
     * @param act does it, and writes what it is given in its own transaction
     */
    <T> ResponseEntity<byte[]> once(
            HttpServletRequest request, byte[] body, Function<T, Answer> answer, Consumer<Alongside<T>> act) {
        Person person = caller.get();
        String key = key(request);
        Digest asked = digest(request, person, body);
        List<String> slot = List.of(person.name(), key);
        if (!underWay.add(slot)) {
            throw new ApiException(
                    409, "ACT_KEY_IN_USE", "the first request under this Idempotency-Key is still being worked on");
        }
        try {
            Optional<ActKeys.Kept> kept = keys.find(person.name(), key);
            if (kept.isPresent()) {
                return again(kept.orElseThrow(), asked);
            }
            AtomicReference<@Nullable Answer> told = new AtomicReference<>();
            act.accept((sql, made) -> {
                Answer given = answer.apply(made);
                keys.keep(sql, person.name(), key, new ActKeys.Kept(asked, given));
                told.set(given);
            });
            return Objects.requireNonNull(told.get(), "an act wrote nothing alongside")
                    .response(false);
        } finally {
            underWay.remove(slot);
        }
    }

    private static ResponseEntity<byte[]> again(ActKeys.Kept kept, Digest asked) {
        if (!kept.request().equals(asked)) {
            throw new ApiException(
                    422, "ACT_KEY_REUSED", "this Idempotency-Key belongs to another request; make a new one");
        }
        return kept.answer().response(true);
    }

    private static String key(HttpServletRequest request) {
        List<String> given = Collections.list(request.getHeaders("Idempotency-Key"));
        if (given.isEmpty()) {
            throw new ApiException(
                    400,
                    "ACT_KEY_MISSING",
                    "send an Idempotency-Key of your own making, such as a UUID, so that a repetition does nothing twice");
        }
        if (given.size() > 1 || !given.get(0).matches(FORM)) {
            throw new ApiException(
                    400, "ACT_KEY_MALFORMED", "an Idempotency-Key is 8 to 64 letters, digits and . _ : -");
        }
        return given.get(0);
    }

    private static Digest digest(HttpServletRequest request, Person person, byte[] body) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(String.join(
                        "\n",
                        person.role(),
                        request.getMethod(),
                        request.getRequestURI(),
                        Digest.of(body).hex())
                .getBytes(StandardCharsets.UTF_8));
        return Digest.of(whole.toByteArray());
    }
}
