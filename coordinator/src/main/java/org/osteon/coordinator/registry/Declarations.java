package org.osteon.coordinator.registry;

import java.time.Clock;
import java.time.Instant;
import org.osteon.conformance.verdict.Declaration;
import org.osteon.coordinator.store.HubStore;
import org.osteon.protocol.call.CallException;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.sign.VerificationKey;

/** Declared limits count only under the signature of the person who declares, by a key in the trust document. */
final class Declarations {
    private final HubStore store;
    private final Clock clock;

    Declarations(HubStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Reads a signed declaration.
     *
     * @throws CallException {@code DECLARATION_UNSIGNED} when it is no signed document, {@code DECLARATION_MISMATCH}
     *     when it is for another federation, {@code DECLARER_UNKNOWN} when no valid key of the named person signed it
     */
    SignedDocument<Declaration> read(byte[] bytes, String federation) {
        if (!CanonicalJson.readTree(bytes).path("signatures").isArray()) {
            throw CallException.wrong(
                    "DECLARATION_UNSIGNED",
                    "the declaration is not signed; its declarer signs it with osteon conformance declare");
        }
        SignedDocument<Declaration> signed = SignedDocument.read(bytes, Declaration.class);
        Declaration declaration = signed.document();
        if (!declaration.federation().equals(federation)) {
            throw CallException.wrong(
                    "DECLARATION_MISMATCH",
                    "the declaration is for federation " + declaration.federation() + ", this hub's is " + federation);
        }
        Instant now = clock.instant();
        boolean known = store
                .read(sql -> sql.sql(
                                "SELECT public_key FROM trusted_key WHERE role = 'declaration' AND holder = ? AND not_before <= ? AND not_after > ?")
                        .params(declaration.declaredBy(), now.toEpochMilli(), now.toEpochMilli())
                        .query((row, n) -> VerificationKey.ofPem(row.getString(1)))
                        .list())
                .stream()
                .anyMatch(signed::signedBy);
        if (!known) {
            throw CallException.refused(
                    "DECLARER_UNKNOWN",
                    "no key registered for declarations of that name signed this; an operator registers it with coordinator add-key --role declaration");
        }
        return signed;
    }
}
