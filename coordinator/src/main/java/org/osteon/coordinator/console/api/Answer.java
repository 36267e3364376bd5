package org.osteon.coordinator.console.api;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.osteon.protocol.document.CanonicalJson;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * An answer of an act, whole, so that it can be kept and given again byte for byte.
 *
 * @param status the HTTP status
 * @param place the path of what was made, empty where nothing was
 * @param body canonical JSON
 */
record Answer(int status, String place, String body) {
    /** An act that made something with a path of its own. */
    static Answer made(int status, String place, Map<String, ?> body) {
        return new Answer(status, place, text(body));
    }

    /** An act that changed something. */
    static Answer done(Map<String, ?> body) {
        return new Answer(200, "", text(body));
    }

    /** As it goes out; one that was kept says so. */
    ResponseEntity<byte[]> response(boolean again) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON);
        if (!place.isEmpty()) {
            answer.header("Location", place);
        }
        if (again) {
            answer.header("Idempotent-Replayed", "true");
        }
        return answer.body(body.getBytes(StandardCharsets.UTF_8));
    }

    /** Something to read. */
    static ResponseEntity<byte[]> of(Object value) {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(CanonicalJson.write(value));
    }

    /** A file to keep. */
    static ResponseEntity<byte[]> file(byte[] content, String name, String type) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(type))
                .header("Content-Disposition", "attachment; filename=" + name)
                .body(content);
    }

    private static String text(Object body) {
        return new String(CanonicalJson.write(body), StandardCharsets.UTF_8);
    }
}
