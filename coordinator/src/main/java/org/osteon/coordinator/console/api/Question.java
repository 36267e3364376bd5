package org.osteon.coordinator.console.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.console.api.ApiException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.DocumentException;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/** A request as the contract lets it be: each part is read strictly, and what the contract does not name is refused. */
final class Question {
    /** The largest body that is read, in bytes; as a signed document it is still one that readers take. */
    static final int MAX_BODY = CanonicalJson.MAX_BYTES / 2;

    private final HttpServletRequest request;

    private Question(HttpServletRequest request) {
        this.request = request;
    }

    /**
     * Takes a request for an answer of one of these types, with these query parameters at most, each once.
     *
     * @throws ApiException 406 when the caller takes none of the types, 400 for another parameter
     */
    static Question of(HttpServletRequest request, String type, String... parameters) {
        accept(request, type);
        Set<String> known = Set.of(parameters);
        for (Map.Entry<String, String[]> one : parameters(request).entrySet()) {
            if (!known.contains(one.getKey())) {
                throw ApiException.malformed("this path has "
                        + (known.isEmpty()
                                ? "no query parameters"
                                : "the query parameters " + String.join(", ", Arrays.asList(parameters)) + " only"));
            }
            if (one.getValue().length != 1) {
                throw ApiException.malformed("the query parameter " + one.getKey() + " is given more than once");
            }
        }
        return new Question(request);
    }

    private static Map<String, String[]> parameters(HttpServletRequest request) {
        if ("POST".equals(request.getMethod())
                && String.valueOf(request.getContentType())
                        .toLowerCase(Locale.ROOT)
                        .contains("application/x-www-form-urlencoded")) {
            // Its fields would be taken for query parameters.
            throw otherType();
        }
        try {
            return request.getParameterMap();
        } catch (IllegalStateException e) {
            throw ApiException.malformed("the query is not one that can be read");
        }
    }

    private static void accept(HttpServletRequest request, String type) {
        List<String> wishes = java.util.Collections.list(request.getHeaders("Accept"));
        if (wishes.isEmpty()) {
            return;
        }
        MediaType answer = MediaType.parseMediaType(type);
        try {
            if (MediaType.parseMediaTypes(wishes).stream()
                    .noneMatch(wish -> wish.getQualityValue() > 0 && wish.includes(answer))) {
                throw notAcceptable(type);
            }
        } catch (InvalidMediaTypeException e) {
            throw notAcceptable(type);
        }
    }

    private static ApiException notAcceptable(String type) {
        return new ApiException(406, "NOT_ACCEPTABLE", "this path answers with " + type);
    }

    /** A parameter of this form; empty where it is absent. */
    Optional<String> text(String name, String form, String meaning) {
        String value = request.getParameter(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.matches(form)) {
            throw ApiException.malformed("the query parameter " + name + " is " + meaning);
        }
        return Optional.of(value);
    }

    /** A whole number within limits. */
    Optional<Integer> number(String name, int least, int most) {
        String meaning = "a whole number from " + least + " to " + most;
        return text(name, "0|[1-9][0-9]{0,8}", meaning).map(text -> {
            int value = Integer.parseInt(text);
            if (value < least || value > most) {
                throw ApiException.malformed("the query parameter " + name + " is " + meaning);
            }
            return value;
        });
    }

    /** One of these words. */
    Optional<String> oneOf(String name, List<String> words) {
        return text(name, String.join("|", words), "one of " + String.join(", ", words));
    }

    /** The digest of a study or model. */
    Optional<String> digest(String name) {
        return text(name, Digests.FORM, Digests.MEANING);
    }

    /** A body of JSON. */
    byte[] json() {
        String type = String.valueOf(request.getContentType());
        try {
            if (!MediaType.APPLICATION_JSON.isCompatibleWith(MediaType.parseMediaType(type))) {
                throw otherType();
            }
        } catch (InvalidMediaTypeException e) {
            throw otherType();
        }
        return body();
    }

    /** Makes sure that nothing was sent that would not be read; an empty object counts as nothing. */
    byte[] nothing() {
        byte[] body = body();
        if (body.length > 0) {
            try {
                if (!CanonicalJson.readTree(body).isObject()
                        || !CanonicalJson.readTree(body).isEmpty()) {
                    throw new DocumentException("BODY_NOT_EXPECTED", "not empty");
                }
            } catch (DocumentException e) {
                throw new ApiException(400, "BODY_NOT_EXPECTED", "this act takes no body, or an empty object");
            }
        }
        return new byte[0];
    }

    private byte[] body() {
        if (request.getContentLengthLong() > MAX_BODY) {
            throw tooLarge();
        }
        try {
            byte[] body = request.getInputStream().readNBytes(MAX_BODY + 1);
            if (body.length > MAX_BODY) {
                throw tooLarge();
            }
            return body;
        } catch (IOException e) {
            throw new ApiException(400, "BAD_JSON", "the body ended before its end");
        }
    }

    private static ApiException tooLarge() {
        return new ApiException(413, "BODY_TOO_LARGE", "a body here has " + MAX_BODY + " bytes at most");
    }

    private static ApiException otherType() {
        return new ApiException(415, "CONTENT_TYPE_OTHER", "a body here is application/json");
    }
}
