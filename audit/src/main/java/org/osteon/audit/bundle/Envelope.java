package org.osteon.audit.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Document;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.sign.Signature;
import org.osteon.protocol.sign.VerificationKey;

/**
 * A signed document as a bundle holds it.
 *
 * @param kind what it is
 * @param digest its identity
 * @param tree the document without its signatures
 * @param canonical the bytes that are signed
 * @param signatures the signatures
 */
record Envelope(DocumentKind kind, Digest digest, JsonNode tree, byte[] canonical, List<Signature> signatures) {
    /**
     * Reads an envelope that is in canonical form.
     *
     * @throws DocumentException when it is not, or its kind is none a bundle holds
     */
    static Envelope read(byte[] bytes) {
        JsonNode whole = CanonicalJson.readTree(bytes);
        JsonNode tree = whole.path("document");
        JsonNode signatures = whole.path("signatures");
        if (whole.size() != 2 || !tree.isObject() || !signatures.isArray() || signatures.size() > 16) {
            throw new DocumentException("ENVELOPE_MALFORMED", "not a signed document");
        }
        if (!Arrays.equals(bytes, CanonicalJson.write(Map.of("document", tree, "signatures", signatures)))) {
            throw new DocumentException("ENVELOPE_MALFORMED", "not in canonical form");
        }
        DocumentKind kind = DocumentKind.of(tree.path("schema").asText(""))
                .orElseThrow(() -> new DocumentException("SCHEMA_UNKNOWN", "no kind of document a bundle holds"));
        List<Signature> entries = new ArrayList<>();
        signatures.forEach(entry -> entries.add(CanonicalJson.bind(entry, Signature.class)));
        kind.type().ifPresent(type -> CanonicalJson.bind(tree, type));
        byte[] canonical = CanonicalJson.write(tree);
        return new Envelope(kind, Digest.of(canonical), tree, canonical, List.copyOf(entries));
    }

    /** The document as its record. */
    <T extends Document> T as(Class<T> type) {
        return CanonicalJson.bind(tree, type);
    }

    /** Where it lies in a bundle. */
    String fileName() {
        return "documents/" + kind.label() + "-" + digest.hex() + ".json";
    }

    boolean signedBy(VerificationKey key) {
        return signatures.stream().anyMatch(signature -> key.verifies(canonical, signature));
    }

    /** Digests of what a conformance report says its verdicts were judged on; some are of files, some of documents. */
    Set<Digest> reportEvidence() {
        Set<Digest> digests = new TreeSet<>();
        tree.path("results")
                .forEach(result -> result.path("evidence").forEach(item -> {
                    String digest = item.path("sha256").asText("");
                    if (digest.matches("[0-9a-f]{64}")) {
                        digests.add(new Digest(digest));
                    }
                }));
        return digests;
    }

    String text(String member) {
        return tree.path(member).asText("");
    }
}
