package org.osteon.protocol.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.osteon.protocol.sign.Signature;
import org.osteon.protocol.sign.SigningKey;
import org.osteon.protocol.sign.VerificationKey;

/**
 * A document with the signatures over its canonical bytes; on disk and on the wire {@code {"document": {...},
 * "signatures": [...]}} in canonical JSON.
 *
 * @param <T> the kind of document
 * @param document what is signed
 * @param signatures one entry a signer, at most 16
 */
public record SignedDocument<T extends Document>(T document, List<Signature> signatures) {
    private static final int MAX_SIGNATURES = 16;

    /** Takes a copy of the signatures. */
    public SignedDocument {
        signatures = List.copyOf(signatures);
        Require.size("signatures", signatures, 0, MAX_SIGNATURES);
    }

    /** Signs the document with each key in turn. */
    public static <T extends Document> SignedDocument<T> sign(T document, SigningKey... keys) {
        byte[] bytes = document.canonical();
        List<Signature> signatures = new ArrayList<>();
        for (SigningKey key : keys) {
            signatures.add(key.sign(bytes));
        }
        return new SignedDocument<>(document, signatures);
    }

    /** Reads an envelope; whether its signatures hold is asked with {@link #signedBy}. */
    public static <T extends Document> SignedDocument<T> read(byte[] bytes, Class<T> type) {
        JsonNode tree = CanonicalJson.readTree(bytes);
        Require.hold(
                tree.isObject()
                        && tree.size() == 2
                        && tree.path("document").isObject()
                        && tree.path("signatures").isArray(),
                "ENVELOPE_MALFORMED",
                "a signed document has exactly the members document and signatures");
        List<Signature> signatures = new ArrayList<>();
        for (JsonNode entry : tree.path("signatures")) {
            signatures.add(CanonicalJson.bind(entry, Signature.class));
        }
        return new SignedDocument<>(CanonicalJson.bind(tree.path("document"), type), signatures);
    }

    /** The schema named in an envelope, to choose the type to read it as. */
    public static String schemaOf(byte[] bytes) {
        return CanonicalJson.readTree(bytes).path("document").path("schema").asText("");
    }

    /** The envelope's canonical bytes. */
    public byte[] bytes() {
        return CanonicalJson.write(Map.of("document", document, "signatures", signatures));
    }

    /** The document's identity; signatures are no part of it. */
    public Digest digest() {
        return document.digest();
    }

    /** Whether at least one signature is by this key and holds. */
    public boolean signedBy(VerificationKey key) {
        byte[] bytes = document.canonical();
        return signatures.stream().anyMatch(signature -> key.verifies(bytes, signature));
    }

    /** How many of these keys signed; one key counts once, however often it signed. */
    public int signers(Collection<VerificationKey> keys) {
        byte[] bytes = document.canonical();
        return (int) keys.stream()
                .distinct()
                .filter(key -> signatures.stream().anyMatch(signature -> key.verifies(bytes, signature)))
                .count();
    }

    /** The same document with one more signature. */
    public SignedDocument<T> alsoSignedBy(SigningKey key) {
        return with(key.sign(document.canonical()));
    }

    /** The same document with a signature made elsewhere, such as by a passkey; whether it holds is asked later. */
    public SignedDocument<T> with(Signature signature) {
        List<Signature> all = new ArrayList<>(signatures);
        all.add(signature);
        return new SignedDocument<>(document, all);
    }
}
