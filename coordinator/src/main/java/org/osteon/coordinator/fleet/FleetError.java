package org.osteon.coordinator.fleet;

import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.protocol.document.CanonicalJson;

/**
 * An answer that is no message, as Flower's HTTP clients read it: JSON with an integer {@code code}, without which they
 * hide the rest from their operator.
 *
 * @param status 503, 403 and 401 towards nodes; others only for what no node library sends
 * @param code Flower's own where it has one, else the status
 * @param detail a sentence
 * @param reason our code, {@code extra} on the wire
 */
record FleetError(HttpResponseStatus status, int code, String detail, String reason) {
    private static final int UNSUPPORTED_TYPE = 1002;
    private static final int MALFORMED_BODY = 1003;
    private static final int RUN_NOT_RUNNING = 2007;

    /** Try again later. */
    static FleetError again(String reason) {
        return new FleetError(
                HttpResponseStatus.SERVICE_UNAVAILABLE, 503, "The hub cannot take this call now; try again.", reason);
    }

    /** What an outcome other than done is over HTTP. */
    static FleetError of(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Transient<?> later) {
            return again(later.reason());
        }
        if (outcome instanceof Outcome.NotForYou<?> no) {
            return new FleetError(
                    HttpResponseStatus.FORBIDDEN, RUN_NOT_RUNNING, "This is not for this node now.", no.reason());
        }
        return new FleetError(
                HttpResponseStatus.UNAUTHORIZED,
                401,
                "This node is not admitted; its key is registered by the hub's operator.",
                outcome instanceof Outcome.GoAway<?> away ? away.reason() : "");
    }

    /** The path is no call. */
    static FleetError unknownPath() {
        return new FleetError(HttpResponseStatus.NOT_FOUND, 404, "Not Found", "NO_SUCH_CALL");
    }

    /** Calls are made by POST. */
    static FleetError notByPost() {
        return new FleetError(HttpResponseStatus.METHOD_NOT_ALLOWED, 405, "Method Not Allowed", "POST_ONLY");
    }

    /** The body is said to be something else than a message, or compressed. */
    static FleetError unsupportedType() {
        return new FleetError(
                HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                UNSUPPORTED_TYPE,
                "A call has Content-Type application/protobuf and no encoding.",
                "CONTENT_TYPE");
    }

    /** The body's bytes are not the call's message. */
    static FleetError unreadableBody() {
        return new FleetError(
                HttpResponseStatus.BAD_REQUEST,
                MALFORMED_BODY,
                "The body is not the call's message.",
                "REQUEST_MALFORMED");
    }

    /** The request is no HTTP that can be read. */
    static FleetError unreadableHead() {
        return new FleetError(HttpResponseStatus.BAD_REQUEST, 400, "The request cannot be read.", "HTTP_MALFORMED");
    }

    /** Line or headers are too long. */
    static FleetError longHead() {
        return new FleetError(
                HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                431,
                "The headers are too long.",
                "HEADERS_TOO_LARGE");
    }

    /** The body's length is not said beforehand. */
    static FleetError lengthRequired() {
        return new FleetError(HttpResponseStatus.LENGTH_REQUIRED, 411, "Content-Length is needed.", "LENGTH_REQUIRED");
    }

    /** The body is longer than the call's may be. */
    static FleetError longBody() {
        return new FleetError(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, 413, "The body is too long.", "BODY_TOO_LARGE");
    }

    /** The body. */
    byte[] json() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("code", code);
        body.put("detail", detail);
        body.put("extra", reason);
        return CanonicalJson.write(body);
    }
}
