package org.osteon.audit.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.NoteKey;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.document.TrustDocument.TrustedKey;
import org.osteon.protocol.document.TrustDocument.TrustedLog;
import org.osteon.protocol.sign.Signature;

/** Holds a bundle against the keys, roles, times and sizes of a trust document from outside it. */
final class TrustCheck {
    private final TrustDocument trust;
    private final Findings findings;

    TrustCheck(SignedDocument<TrustDocument> trust, Findings findings) {
        this.trust = trust.document();
        this.findings = findings;
        findings.require(trust.signedBy(this.trust.root().hub()), "TRUST_SIGNATURE", "trust document");
    }

    void run(BundleManifest manifest, Map<String, VerifiedLog> logs, Map<Digest, Envelope> documents) {
        findings.require(
                manifest.federation().equals(trust.root().federation()), "FEDERATION_MISMATCH", "manifest.json");
        for (TrustedLog known : trust.logs()) {
            findings.require(
                    known.seenSize() == 0 || logs.containsKey(known.holder()),
                    "LOG_MISSING",
                    LogEvidence.folder(known.holder()));
        }
        logs.values().forEach(log -> findings.check(LogEvidence.folder(log.holder()), () -> log(log)));
        documents.values().forEach(document -> findings.check(document.fileName(), () -> document(document, logs)));
    }

    private void log(VerifiedLog log) {
        String folder = LogEvidence.folder(log.holder());
        Optional<TrustedLog> entry = trust.logs().stream()
                .filter(known -> known.holder().equals(log.holder()))
                .findFirst();
        if (entry.isEmpty()) {
            findings.add("LOG_NOT_TRUSTED", folder);
            return;
        }
        TrustedLog known = entry.orElseThrow();
        NoteKey key = new NoteKey(known.origin(), NoteKey.LOG, known.key());
        boolean hub = log.holder().equals("hub");
        int quorum = hub ? trust.quorum() : Math.min(trust.quorum(), 1);
        findings.require(log.head().signedBy(key), "CHECKPOINT_SIGNATURE", folder + "checkpoint");
        findings.require(cosigners(log.holder(), log.head()) >= quorum, "QUORUM_NOT_MET", folder + "checkpoint");
        for (Checkpoint seen : log.cosigned()) {
            findings.require(
                    seen.signedBy(key) && cosigners(log.holder(), seen) > 0,
                    "CHECKPOINT_SIGNATURE",
                    folder + "cosigned/" + seen.size());
        }
        if (known.seenSize() > 0) {
            log.sees(
                    known.seenSize(),
                    Base64.getDecoder().decode(known.seenRoot()),
                    folder + " seen by trust document",
                    findings);
        }
    }

    /** Number of other parties whose cosignature over a head holds and was made while their key was valid. */
    private long cosigners(String holder, Checkpoint head) {
        return trust.keys().stream()
                .filter(key -> key.role().equals("cosigner") && !key.holder().equals(holder))
                .filter(key -> head.cosignedBy(new NoteKey(key.holder(), NoteKey.COSIGNATURE, key.key()))
                        .filter(time -> valid(key, time))
                        .isPresent())
                .map(TrustedKey::holder)
                .distinct()
                .count();
    }

    private void document(Envelope document, Map<String, VerifiedLog> logs) {
        String where = document.fileName();
        findings.require(document.text("federation").equals(trust.root().federation()), "FEDERATION_MISMATCH", where);
        if (document.kind().signer() == DocumentKind.Signer.HUB) {
            findings.require(document.signedBy(trust.root().hub()), "DOCUMENT_SIGNATURE", where);
            if (document.kind() == DocumentKind.REPORT) {
                findings.require(declared(document, logs), "DECLARATION_SIGNATURE", where);
            }
            return;
        }
        boolean byRelease = document.kind().signer() == DocumentKind.Signer.RELEASER;
        String holder = document.text(byRelease ? "by" : "site");
        String role = role(document.kind().signer());
        boolean signed = logged(document, byRelease ? "hub" : holder, logs)
                .filter(time -> trust.keysOf(role, holder, time).stream().anyMatch(key -> document.signedBy(key.key())))
                .isPresent();
        findings.require(signed, "DOCUMENT_SIGNATURE", where);
    }

    /** Whether a report's limits were signed by whoever declared them, with a key that counted when the report came. */
    private boolean declared(Envelope report, Map<String, VerifiedLog> logs) {
        JsonNode declaration = report.tree().path("declaration");
        byte[] canonical = CanonicalJson.write(declaration.path("document"));
        String declarer = declaration.path("document").path("declaredBy").asText("");
        List<Signature> signatures = new ArrayList<>();
        declaration.path("signatures").forEach(entry -> signatures.add(CanonicalJson.bind(entry, Signature.class)));
        return logged(report, "hub", logs)
                .filter(time -> trust.keysOf("declaration", declarer, time).stream()
                        .anyMatch(key ->
                                signatures.stream().anyMatch(one -> key.key().verifies(canonical, one))))
                .isPresent();
    }

    private static Optional<Instant> logged(Envelope document, String holder, Map<String, VerifiedLog> logs) {
        return Optional.ofNullable(logs.get(holder))
                .flatMap(log -> log.logged(document.digest()))
                .or(() -> firstLogged(document.digest(), logs));
    }

    private static Optional<Instant> firstLogged(Digest document, Map<String, VerifiedLog> logs) {
        List<Instant> times = logs.values().stream()
                .flatMap(log -> log.logged(document).stream())
                .sorted()
                .toList();
        return times.stream().findFirst();
    }

    private static String role(DocumentKind.Signer signer) {
        return switch (signer) {
            case OFFICER -> "officer";
            case NODE -> "node";
            case RELEASER -> "releaser";
            case HUB -> throw new IllegalArgumentException("the hub's key is the root's");
        };
    }

    private static boolean valid(TrustedKey key, Instant time) {
        return !time.isBefore(key.notBefore()) && time.isBefore(key.notAfter());
    }
}
