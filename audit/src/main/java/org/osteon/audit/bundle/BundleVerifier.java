package org.osteon.audit.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.TlogProof;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.DocumentException;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.TrustDocument;

/**
 * Checks a bundle offline: every byte of the container, every digest, every log from its entries, every proof, every
 * link from the release down, and that documents and events name each other without a gap; and against a trust
 * document, every signature by role and time, cosignatures by quorum, and that no log is shorter than it was seen.
 */
public final class BundleVerifier {
    private static final int MAX_PROOF = 128 * 1024;

    private final Bundle bundle;
    private final Findings findings;
    private final Map<Digest, Envelope> documents = new LinkedHashMap<>();
    private final Map<String, VerifiedLog> logs = new LinkedHashMap<>();

    private BundleVerifier(Bundle bundle, Findings findings) {
        this.bundle = bundle;
        this.findings = findings;
    }

    /**
     * Checks a bundle.
     *
     * @param file the bundle
     * @param trust whose keys count and which sizes were seen, from outside the bundle; without it the best verdict is
     *     {@link Verdict.Outcome#UNANCHORED}
     */
    public static Verdict verify(Path file, Optional<SignedDocument<TrustDocument>> trust) {
        Findings findings = new Findings();
        findings.check("manifest.json", () -> {
            try (Bundle bundle = Bundle.open(file)) {
                new BundleVerifier(bundle, findings).run(trust);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (!findings.none()) {
            return new Verdict(Verdict.Outcome.FAILED, findings.list());
        }
        return trust.isPresent()
                ? new Verdict(Verdict.Outcome.VERIFIED, List.of())
                : new Verdict(
                        Verdict.Outcome.UNANCHORED,
                        List.of(new Verdict.Finding("TRUST_MISSING", "no trust document was given")));
    }

    private void run(Optional<SignedDocument<TrustDocument>> trust) {
        files();
        if (!findings.none()) {
            return;
        }
        for (String holder : bundle.holders()) {
            VerifiedLog.of(bundle, holder, findings).ifPresent(log -> logs.put(holder, log));
        }
        for (String name : bundle.archive().names()) {
            if (name.startsWith("documents/")) {
                findings.check(name, () -> document(name));
            }
        }
        LinkCheck links = new LinkCheck(bundle, documents, findings);
        findings.check("manifest.json", links::run);
        for (String site : links.sites()) {
            findings.require(logs.containsKey(site), "LOG_MISSING", LogEvidence.folder(site));
        }
        mentions(links.studies());
        proofs();
        trust.ifPresent(signed -> new TrustCheck(signed, findings).run(bundle.manifest(), logs, documents));
    }

    /** Each byte belongs to a file of the manifest with that digest, and no file is of an unknown kind. */
    private void files() {
        Archive archive = bundle.archive();
        byte[] first = archive.bytes("manifest.json", CanonicalJson.MAX_BYTES);
        findings.check("manifest.json", () -> archive.digest("manifest.json"));
        findings.require(Arrays.equals(first, bundle.manifest().canonical()), "MANIFEST_MALFORMED", "manifest.json");
        Set<String> named = new HashSet<>(Set.of("manifest.json"));
        for (BundleManifest.FileEntry entry : bundle.manifest().files()) {
            findings.require(named.add(entry.name()), "MANIFEST_MALFORMED", entry.name());
            findings.check(entry.name(), () -> {
                Digest digest = archive.digest(entry.name());
                boolean same = digest.equals(entry.sha256())
                        && archive.length(entry.name()) == entry.bytes()
                        && (!entry.name().startsWith("objects/") || entry.name().equals("objects/" + digest.hex()));
                findings.require(same, "FILE_DIGEST", entry.name());
            });
        }
        for (String name : archive.names()) {
            findings.require(named.contains(name), "FILE_NOT_IN_MANIFEST", name);
            boolean readme = BundleWriter.READMES.contains(name);
            findings.require(
                    readme
                            || name.equals("manifest.json")
                            || name.matches("(documents|objects|proofs)/[^/]+")
                            || name.startsWith("log/")
                            || name.matches("sites/[a-z0-9][a-z0-9._-]*/log/.+"),
                    "FILE_UNKNOWN",
                    name);
            if (readme && findings.none()) {
                findings.require(
                        Arrays.equals(archive.bytes(name, 1 << 20), BundleWriter.readme(name)), "README_CHANGED", name);
            }
        }
        for (String name : BundleWriter.READMES) {
            findings.require(archive.has(name), "FILE_MISSING", name);
        }
    }

    private void document(String name) {
        Envelope envelope = Envelope.read(bundle.archive().bytes(name, CanonicalJson.MAX_BYTES));
        if (!name.equals(envelope.fileName())) {
            throw new DocumentException("DOCUMENT_NAME", "the document is not the one its file name says");
        }
        documents.put(envelope.digest(), envelope);
    }

    /** Events name documents that are here; documents that are here are named by an event. */
    private void mentions(Set<Digest> studies) {
        VerifiedLog hub = logs.get("hub");
        BundleScope scope = BundleScope.of(hub == null ? List.of() : hub.events(), studies);
        for (VerifiedLog log : logs.values()) {
            scope.documents(log.holder(), log.events())
                    .forEach((digest, role) -> findings.require(
                            documents.containsKey(digest),
                            "DOCUMENT_MISSING",
                            role + " " + digest.hex() + " named by " + LogEvidence.folder(log.holder())));
        }
        for (Envelope document : documents.values()) {
            findings.require(
                    logs.values().stream()
                            .anyMatch(log -> log.logged(document.digest()).isPresent()),
                    "DOCUMENT_NOT_LOGGED",
                    document.fileName());
        }
        boolean released = hub != null
                && hub.events().stream()
                        .anyMatch(event -> event.ref("release")
                                .filter(bundle.manifest().release()::equals)
                                .isPresent());
        findings.require(released, "RELEASE_NOT_LOGGED", "log/");
    }

    /** The release and every decision in the hub's log have a receipt that holds; no other receipts are here. */
    private void proofs() {
        Set<String> expected = new HashSet<>();
        VerifiedLog hub = logs.get("hub");
        for (Envelope document : hub == null ? List.<Envelope>of() : documents.values()) {
            if (hub != null && hub.logged(document.digest()).isPresent() && BundleWriter.proven(document)) {
                String name = BundleWriter.proofName(document);
                expected.add(name);
                findings.check(name, () -> proof(name, hub, document));
            }
        }
        for (String name : bundle.archive().names()) {
            findings.require(!name.startsWith("proofs/") || expected.contains(name), "FILE_UNKNOWN", name);
        }
    }

    private void proof(String name, VerifiedLog hub, Envelope document) {
        TlogProof proof = TlogProof.parse(bundle.archive().bytes(name, MAX_PROOF));
        boolean held =
                proof.head().equals(hub.head()) && proof.index() < hub.events().size();
        if (held) {
            Event event = hub.events().get((int) proof.index());
            held = proof.proves(event.canonical())
                    && event.refs().stream().anyMatch(ref -> ref.sha256().equals(document.digest()));
        }
        findings.require(held, "PROOF_INVALID", name);
    }
}
