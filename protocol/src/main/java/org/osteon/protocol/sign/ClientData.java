package org.osteon.protocol.sign;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What a browser says of one ceremony (WebAuthn section 5.8.1, {@code CollectedClientData}).
 *
 * @param type {@code webauthn.get} or {@code webauthn.create}
 * @param challenge as the page gave it, base64url without padding
 * @param origin of the page that asked
 * @param crossOrigin whether another page framed that one
 */
record ClientData(String type, String challenge, String origin, boolean crossOrigin) {
    /** Reads it strictly as JSON; members that are not known are left to the browser. */
    static Optional<ClientData> read(byte[] json) {
        return KeyJson.object(json).filter(ClientData::whole).map(ClientData::of);
    }

    private static boolean whole(JsonNode tree) {
        return tree.path("type").isTextual()
                && tree.path("challenge").isTextual()
                && tree.path("origin").isTextual()
                && (!tree.has("crossOrigin") || tree.path("crossOrigin").isBoolean());
    }

    private static ClientData of(JsonNode tree) {
        return new ClientData(
                tree.path("type").asText(),
                tree.path("challenge").asText(),
                tree.path("origin").asText(),
                tree.path("crossOrigin").asBoolean() || tree.has("topOrigin"));
    }
}
