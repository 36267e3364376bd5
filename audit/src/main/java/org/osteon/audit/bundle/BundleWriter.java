package org.osteon.audit.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogException;
import org.osteon.audit.log.LogFiles;
import org.osteon.audit.log.LogReader;
import org.osteon.audit.log.Merkle;
import org.osteon.audit.log.TlogProof;
import org.osteon.protocol.document.Digest;

/** Writes evidence bundles. The same input gives the same bytes. */
public final class BundleWriter {
    /** The texts that tell a person how to verify; part of the format, compared by the verifier. */
    static final List<String> READMES = List.of("README.en.md", "README.zh.md");

    private BundleWriter() {}

    /**
     * Writes a bundle to a new file.
     *
     * @throws BundleException with code {@code BUNDLE_TOO_LARGE}, {@code FILE_DIGEST} when an object's bytes are not
     *     those of its digest, or {@code PROOF_MISSING} when the hub's log does not name the release
     * @throws LogException when a log's entries do not give its head
     */
    public static void write(Path file, BundleInput input) {
        try {
            SortedMap<String, Part> parts = new TreeMap<>();
            for (String readme : READMES) {
                parts.put(readme, new Part.InMemory(readme(readme)));
            }
            Map<Digest, Envelope> documents = new LinkedHashMap<>();
            for (byte[] bytes : input.documents()) {
                add(parts, documents, bytes);
            }
            add(parts, documents, input.release().bytes());
            for (Map.Entry<Digest, Path> object : input.objects().entrySet()) {
                Part part = new Part.OnDisk(object.getValue());
                String name = "objects/" + object.getKey().hex();
                if (!part.sums().sha256().equals(object.getKey())) {
                    throw new BundleException("FILE_DIGEST", name);
                }
                parts.put(name, part);
            }
            for (LogEvidence site : input.sites()) {
                addLog(parts, site);
            }
            addLog(parts, input.hub());
            addProofs(parts, input.hub(), documents);
            Envelope release = Envelope.read(input.release().bytes());
            if (!parts.containsKey(proofName(release))) {
                throw new BundleException("PROOF_MISSING", "release");
            }
            parts.put("manifest.json", new Part.InMemory(manifest(input, parts).canonical()));
            Archive.write(file, parts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(SortedMap<String, Part> parts, Map<Digest, Envelope> documents, byte[] bytes) {
        Envelope envelope = Envelope.read(bytes);
        if (documents.putIfAbsent(envelope.digest(), envelope) == null) {
            parts.put(envelope.fileName(), new Part.InMemory(bytes));
        }
    }

    private static void addLog(SortedMap<String, Part> parts, LogEvidence log) {
        LogReader.filesAt(log.head(), log.entries())
                .forEach((name, bytes) -> parts.put(log.folder() + name, new Part.InMemory(bytes)));
        for (Checkpoint seen : log.cosigned()) {
            parts.put(log.folder() + "cosigned/" + seen.size(), new Part.InMemory(seen.bytes()));
        }
    }

    private static void addProofs(SortedMap<String, Part> parts, LogEvidence hub, Map<Digest, Envelope> documents) {
        LogFiles files = (name, most) -> java.util.Optional.ofNullable(parts.get(hub.folder() + name))
                .map(part -> ((Part.InMemory) part).bytes());
        Merkle.Nodes nodes = new LogReader(files).verify(hub.head(), leaf -> {});
        for (Event event : hub.events()) {
            for (Event.Ref ref : event.refs()) {
                Envelope document = documents.get(ref.sha256());
                if (document != null && proven(document)) {
                    parts.computeIfAbsent(
                            proofName(document),
                            name -> new Part.InMemory(
                                    TlogProof.of(nodes, event.seq(), hub.head()).bytes()));
                }
            }
        }
    }

    /** Whether a document has a receipt of its own: the release and what officers decided. */
    static boolean proven(Envelope document) {
        return document.kind() == DocumentKind.RELEASE || document.kind().decision();
    }

    static String proofName(Envelope document) {
        return "proofs/" + document.kind().label() + "-" + document.digest().hex() + ".tlog-proof";
    }

    private static BundleManifest manifest(BundleInput input, SortedMap<String, Part> parts) throws IOException {
        List<BundleManifest.FileEntry> files = new ArrayList<>();
        for (Map.Entry<String, Part> part : parts.entrySet()) {
            Part.Sums sums = part.getValue().sums();
            files.add(new BundleManifest.FileEntry(part.getKey(), sums.length(), sums.sha256()));
        }
        var release = input.release().document();
        return new BundleManifest(
                BundleManifest.SCHEMA, release.federation(), release.study(), release.model(), release.digest(), files);
    }

    static byte[] readme(String name) {
        try (InputStream in = BundleWriter.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
