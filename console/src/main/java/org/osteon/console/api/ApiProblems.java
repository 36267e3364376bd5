package org.osteon.console.api;

import com.fasterxml.jackson.databind.node.MissingNode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.osteon.console.page.Languages;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.sign.SignatureException;
import org.osteon.protocol.words.Vocabulary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.multipart.MultipartException;

/**
 * Problem documents (RFC 9457): the title in the caller's language, the product's code, and a reference that leads to
 * the line in the log. What is inside a failure stays in the log.
 */
@ControllerAdvice(annotations = Api.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class ApiProblems {
    private static final Logger LOG = LoggerFactory.getLogger(ApiProblems.class);

    /** Refusals that the daemon calls wrong although only the state of things stands against them. */
    private static final Set<String> CONFLICTS = Set.of("RUN_NOT_RUNNING", "RUN_NOT_STALLED", "PREDECESSOR_UNKNOWN");

    /** The code of a failure that is the server's own. */
    static final String BUG = "SERVER_FAILED";

    /** What a controller threw. */
    @ExceptionHandler(Exception.class)
    public ResponseEntity<byte[]> problem(HttpServletRequest request, Exception failure) {
        ApiException problem = of(failure);
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(problem.status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .header("Content-Language", language(request).getLanguage());
        problem.headers().forEach(answer::header);
        return answer.body(body(request, problem, failure));
    }

    /** Writes a problem where no controller was reached. */
    void write(HttpServletRequest request, HttpServletResponse response, Exception failure) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        ApiException problem = of(failure);
        byte[] body = body(request, problem, failure);
        response.resetBuffer();
        response.setStatus(problem.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setHeader("Content-Language", language(request).getLanguage());
        problem.headers().forEach(response::setHeader);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        response.flushBuffer();
    }

    private static ApiException of(Exception failure) {
        if (failure instanceof ApiException api) {
            return api;
        }
        if (failure instanceof CallException call) {
            return new ApiException(status(call), call.code(), String.valueOf(call.getMessage()));
        }
        if (failure instanceof DocumentException document) {
            return new ApiException(422, document.code(), String.valueOf(document.getMessage()));
        }
        if (failure instanceof SignatureException signature) {
            return new ApiException(422, signature.code(), String.valueOf(signature.getMessage()));
        }
        if (failure instanceof RequestRejectedException) {
            return ApiException.malformed("the request's path, query or header is not one that is read");
        }
        if (failure instanceof MultipartException) {
            return new ApiException(415, "CONTENT_TYPE_OTHER", "a body here is application/json");
        }
        return new ApiException(500, BUG, "the server failed; the reference leads to what its log says");
    }

    private static int status(CallException call) {
        if (CONFLICTS.contains(call.code())) {
            return 409;
        }
        return switch (call.kind()) {
            case WRONG -> 422;
            case ABSENT -> 404;
            case REFUSED, DOES_NOT_HOLD -> 409;
        };
    }

    private static byte[] body(HttpServletRequest request, ApiException problem, Exception failure) {
        String reference =
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        var line = BUG.equals(problem.code()) ? LOG.atError().setCause(failure) : LOG.atInfo();
        line.addKeyValue("reference", reference)
                .addKeyValue("status", problem.status())
                .addKeyValue("code", problem.code())
                .addKeyValue("method", request.getMethod())
                .log("a request to the API was not answered as asked");
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "urn:osteon:problem:" + problem.code());
        body.put("title", Vocabulary.of(language(request)).meaning(problem.code(), MissingNode.getInstance()));
        body.put("status", problem.status());
        body.put("detail", String.valueOf(problem.getMessage()));
        body.put("code", problem.code());
        body.put("reference", reference);
        return CanonicalJson.write(body);
    }

    /** The language of the request's own header: a cookie of the pages counts for nothing here. */
    private static Locale language(HttpServletRequest request) {
        @Nullable String wish = request.getHeader("Accept-Language");
        if (wish == null) {
            return Locale.ENGLISH;
        }
        try {
            @Nullable Locale best = Locale.lookup(Locale.LanguageRange.parse(wish), Languages.ALL);
            return best == null ? Locale.ENGLISH : best;
        } catch (IllegalArgumentException e) {
            return Locale.ENGLISH;
        }
    }
}
