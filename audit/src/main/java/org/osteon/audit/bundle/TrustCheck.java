package org.osteon.audit.bundle;

import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.NoteKey;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.document.TrustDocument.TrustedKey;
import org.osteon.protocol.document.TrustDocument.TrustedLog;

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
            return;
        }
        boolean byRelease = document.kind().signer() == DocumentKind.Signer.RELEASER;
        String holder = document.text(byRelease ? "by" : "site");
        Optional<Instant> time = Optional.ofNullable(logs.get(byRelease ? "hub" : holder))
                .flatMap(log -> log.logged(document.digest()))
                .or(() -> firstLogged(document.digest(), logs));
        String role = role(document.kind().signer());
        boolean signed = time.isPresent()
                && trust.keysOf(role, holder, time.orElseThrow()).stream()
                        .anyMatch(key -> document.signedBy(key.key()));
        findings.require(signed, "DOCUMENT_SIGNATURE", where);
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
