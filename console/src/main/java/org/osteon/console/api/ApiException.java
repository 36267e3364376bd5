package org.osteon.console.api;

import java.util.Map;

/** A request to the REST API that cannot be answered as it was asked. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    @SuppressWarnings("serial")
    private final Map<String, String> headers;

    /** With its HTTP status, a stable code and a sentence. */
    public ApiException(int status, String code, String message) {
        this(status, code, message, Map.of());
    }

    /** With headers that the status owes, such as {@code Allow}. */
    public ApiException(int status, String code, String message, Map<String, String> headers) {
        super(message);
        this.status = status;
        this.code = code;
        this.headers = Map.copyOf(headers);
    }

    /** A value of the request is not as the contract says. */
    public static ApiException malformed(String message) {
        return new ApiException(400, "VALUE_MALFORMED", message);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The stable code. */
    public String code() {
        return code;
    }

    /** Headers of the answer. */
    public Map<String, String> headers() {
        return headers;
    }
}
