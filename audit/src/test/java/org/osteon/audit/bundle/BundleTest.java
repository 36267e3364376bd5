package org.osteon.audit.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osteon.audit.log.Checkpoint;
import org.osteon.audit.log.LogReader;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Release;
import org.osteon.protocol.document.SignedDocument;
import org.osteon.protocol.document.TrustDocument;
import org.osteon.protocol.sign.SigningKey;

class BundleTest {
    @TempDir
    Path folder;

    private EvidenceFixture federation;
    private Path bundle;

    @BeforeEach
    void makeEvidence() {
        federation = new EvidenceFixture(folder);
        bundle = federation.bundle("evidence.zip");
    }

    @Test
    void verifiesAgainstTheTrustDocument() {
        // When
        Verdict verdict = verify(bundle);

        // Then
        assertThat(verdict).isEqualTo(new Verdict(Verdict.Outcome.VERIFIED, List.of()));
    }

    @Test
    void isUnanchoredWithoutATrustDocument() {
        // When
        Verdict verdict = BundleVerifier.verify(bundle, Optional.empty());

        // Then
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.UNANCHORED);
        assertThat(codes(verdict)).containsExactly("TRUST_MISSING");
    }

    @Test
    void sameInputGivesSameBytes() {
        // When
        Path again = federation.bundle("again.zip");

        // Then
        assertThat(again).hasSameBinaryContentAs(bundle);
    }

    @Test
    void gathersByFollowingTheLogs() {
        // Given
        BundleInput byHand = federation.input();
        federation.signed(
                new org.osteon.protocol.document.Refusal(
                        org.osteon.protocol.document.Refusal.SCHEMA,
                        EvidenceFixture.FEDERATION,
                        Digest.of(new byte[0]),
                        "c",
                        "About another study, and in no log.",
                        EvidenceFixture.START),
                federation.officers.get("c"));

        // When
        BundleInput gathered = BundleInput.gather(byHand.release(), byHand.hub(), byHand.sites(), federation.source());

        // Then
        Path file = folder.resolve("gathered.zip");
        BundleWriter.write(file, gathered);
        assertThat(file).hasSameBinaryContentAs(bundle);
        federation.documents.remove(federation.refusal);
        assertThatThrownBy(
                        () -> BundleInput.gather(byHand.release(), byHand.hub(), byHand.sites(), federation.source()))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(federation.refusal.hex());
    }

    @Test
    void isAZipThatOthersRead() throws IOException {
        // When
        Map<String, byte[]> read = new TreeMap<>();
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            for (var entry : zip.stream().toList()) {
                read.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }

        // Then
        try (Bundle opened = Bundle.open(bundle)) {
            assertThat(read.keySet()).containsExactlyElementsOf(opened.archive().names());
            opened.manifest()
                    .files()
                    .forEach(
                            file -> assertThat(Digest.of(read.get(file.name()))).isEqualTo(file.sha256()));
            assertThat(opened.holders()).containsExactly("hub", "a", "b", "c");
            assertThat(opened.events("c")).hasSize(1);
            assertThat(opened.document(federation.refusal)).isPresent();
            assertThat(opened.object(federation.model.arrays())).isPresent();
        }
    }

    @Test
    void noneOf200RandomByteFlipsIsAcceptedAndEachIsNamed() throws IOException {
        // Given
        byte[] good = Files.readAllBytes(bundle);
        Random random = new Random(20260301);
        Path copy = folder.resolve("flipped.zip");
        List<String> accepted = new ArrayList<>();
        Set<String> places = new LinkedHashSet<>();

        for (int i = 0; i < 200; i++) {
            // When
            int at = random.nextInt(good.length);
            byte[] flipped = good.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(copy, flipped);
            Verdict anchored = verify(copy);
            Verdict unanchored = BundleVerifier.verify(copy, Optional.empty());

            // Then
            if (anchored.outcome() != Verdict.Outcome.FAILED || unanchored.outcome() != Verdict.Outcome.FAILED) {
                accepted.add("byte " + at);
            }
            contentAt(at)
                    .ifPresent(name -> assertThat(anchored.findings().get(0).where())
                            .as("byte " + at)
                            .isEqualTo(name));
            anchored.findings().forEach(finding -> places.add(finding.where()));
        }
        assertThat(accepted).isEmpty();
        assertThat(places).hasSizeGreaterThan(20);
    }

    @Test
    void refusesTheSameStoryToldUnderOtherKeys() throws IOException {
        // Given
        EvidenceFixture other = new EvidenceFixture(Files.createDirectory(folder.resolve("other")));

        // When
        Verdict verdict = verify(other.bundle("rekeyed.zip"));

        // Then
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.FAILED);
        assertThat(codes(verdict)).contains("CHECKPOINT_SIGNATURE", "QUORUM_NOT_MET", "DOCUMENT_SIGNATURE");
    }

    @Test
    void refusesABundleWithoutTheRefusal() {
        // When
        Verdict verdict = forged(files -> files.keySet().removeIf(name -> name.contains("refusal")));

        // Then
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.FAILED);
        assertThat(verdict.findings())
                .anyMatch(finding -> finding.code().equals("DOCUMENT_MISSING")
                        && finding.where().contains(federation.refusal.hex()));
    }

    @Test
    void refusesALogFromWhichTheRefusalWasTakenByTheHubItself() {
        // Given
        List<byte[]> entries = new ArrayList<>();
        new LogReader(folder.resolve("log-hub"))
                .entries(0, federation.logs.get("hub").checkpoint().size(), entries::add);
        Path rewritten = folder.resolve("rewritten");
        entries.removeIf(
                leaf -> new String(leaf, java.nio.charset.StandardCharsets.UTF_8).contains(federation.refusal.hex()));
        var log = org.osteon.audit.log.TileLog.open(
                rewritten, EvidenceFixture.origin("hub"), federation.logKeys.get("hub"), 0);
        Checkpoint head = log.append(0, entries);

        // When
        Verdict verdict = forged(files -> {
            files.keySet().removeIf(name -> name.startsWith("log/"));
            new LogReader(rewritten).filesAt(head).forEach((name, bytes) -> files.put("log/" + name, bytes));
        });

        // Then
        assertThat(codes(verdict)).contains("EVENT_GAP", "QUORUM_NOT_MET", "LOG_TRUNCATED");
    }

    @Test
    void refusesALogShorterThanTheRelease() {
        // Given
        Checkpoint old = federation.logs.get("hub").cosigned().get(0);

        // When
        Verdict verdict = forged(files -> {
            files.keySet().removeIf(name -> name.startsWith("log/"));
            new LogReader(folder.resolve("log-hub"))
                    .filesAt(old)
                    .forEach((name, bytes) -> files.put("log/" + name, bytes));
        });

        // Then
        assertThat(codes(verdict)).contains("RELEASE_NOT_LOGGED");
    }

    @Test
    void refusesALogShorterThanASizeCosignedInTheBundleOrSeenByTheTrustDocument() {
        // Given
        Checkpoint before = federation.logs.get("hub").checkpoint();
        federation.event(
                "hub",
                org.osteon.audit.event.EventDraft.of(org.osteon.audit.event.EventType.STOP_ALL, "hub", "operator"));
        federation.cosignAll();
        Checkpoint after = federation.logs.get("hub").checkpoint();
        Verdict honest = verify(federation.bundle("longer.zip"));

        // When
        Consumer<SortedMap<String, byte[]>> keepsNote =
                files -> files.put("log/cosigned/" + after.size(), after.bytes());
        Path withNote = Forgery.of(bundle, "with-note.zip", keepsNote);
        Verdict byNote = BundleVerifier.verify(withNote, Optional.of(federation.trust(EvidenceFixture.END, false)));
        Verdict byTrust = verify(bundle);
        Verdict neither = BundleVerifier.verify(bundle, Optional.of(federation.trust(EvidenceFixture.END, false)));

        // Then
        assertThat(honest.outcome()).isEqualTo(Verdict.Outcome.VERIFIED);
        assertThat(byNote.findings())
                .containsExactly(new Verdict.Finding("LOG_TRUNCATED", "log/cosigned/" + after.size()));
        assertThat(codes(byTrust)).containsExactly("LOG_TRUNCATED");
        assertThat(neither.outcome()).isEqualTo(Verdict.Outcome.VERIFIED);
        assertThat(before.size()).isLessThan(after.size());
    }

    @Test
    void refusesASitesLogShorterThanASizeCosignedInTheBundleOrSeenByTheTrustDocument() {
        // Given
        Checkpoint full = federation.logs.get("a").checkpoint();
        Checkpoint old = federation.logs.get("a").cosigned().get(0);
        Consumer<SortedMap<String, byte[]>> cut = files -> {
            files.keySet()
                    .removeIf(name -> name.startsWith("sites/a/log/tile/") || name.startsWith("sites/a/log/cosigned/"));
            new LogReader(folder.resolve("log-a"))
                    .filesAt(old)
                    .forEach((name, bytes) -> files.put("sites/a/log/" + name, bytes));
        };
        Consumer<SortedMap<String, byte[]>> note =
                files -> files.put("sites/a/log/cosigned/" + full.size(), full.bytes());
        var noSizes = Optional.of(federation.trust(EvidenceFixture.END, false));

        // When
        Verdict byTrust = forged(cut);
        Verdict byNote = BundleVerifier.verify(Forgery.of(bundle, "cut.zip", cut.andThen(note)), noSizes);
        Verdict dropped = forged(files -> files.keySet().removeIf(name -> name.startsWith("sites/c/")));

        // Then
        assertThat(old.size()).isLessThan(full.size());
        assertThat(byTrust.findings())
                .contains(new Verdict.Finding("LOG_TRUNCATED", "sites/a/log/ seen by trust document"));
        assertThat(byNote.findings())
                .contains(new Verdict.Finding("LOG_TRUNCATED", "sites/a/log/cosigned/" + full.size()));
        assertThat(dropped.findings()).containsExactly(new Verdict.Finding("LOG_MISSING", "sites/c/log/"));
    }

    @Test
    void refusesAReleaseOfAnotherModelOfTheSameRun() {
        // Given
        ModelVersion initial = SignedDocument.read(
                        federation.documents.get(federation.model.parent()), ModelVersion.class)
                .document();
        Release old = federation.release.document();
        Release other = new Release(
                old.schema(),
                old.federation(),
                old.study(),
                initial.digest(),
                initial.arrays(),
                old.report(),
                old.by(),
                old.statement(),
                old.released());

        // When
        Verdict verdict = forged(files -> {
            files.keySet().removeIf(name -> name.startsWith("documents/release-"));
            files.put(
                    "documents/release-" + other.digest().hex() + ".json",
                    SignedDocument.sign(other, federation.hubKey).bytes());
        });
        Verdict named = BundleVerifier.verify(
                Forgery.of(bundle, "named.zip", files -> {}, old.digest(), initial.digest()),
                Optional.of(federation.trust()));

        // Then
        assertThat(codes(verdict)).contains("DOCUMENT_MISSING", "DOCUMENT_NOT_LOGGED", "DOCUMENT_SIGNATURE");
        assertThat(named.findings()).contains(new Verdict.Finding("RELEASE_MISMATCH", "manifest.json"));
    }

    @Test
    void refusesASwappedModel() {
        // Given
        String arrays = "objects/" + federation.model.arrays().hex();
        ModelVersion old = federation.model;
        Digest other = Digest.of(new byte[8]);
        ModelVersion swapped = new ModelVersion(
                old.schema(),
                old.federation(),
                old.study(),
                old.run(),
                old.round(),
                old.specs(),
                other,
                old.parent(),
                old.rule(),
                old.inputs(),
                old.rejected(),
                true);

        // When
        Verdict bytes = forged(files -> files.put(arrays, new byte[8]));
        Verdict gone = forged(files -> files.remove(arrays));
        Verdict document = forged(files -> {
            files.put("objects/" + other.hex(), new byte[8]);
            files.put(
                    "documents/model-" + swapped.digest().hex() + ".json",
                    SignedDocument.sign(swapped, federation.hubKey).bytes());
            files.remove("documents/model-" + old.digest().hex() + ".json");
        });

        // Then
        assertThat(bytes.findings()).containsExactly(new Verdict.Finding("FILE_DIGEST", arrays));
        assertThat(gone.findings()).containsExactly(new Verdict.Finding("OBJECT_MISSING", arrays));
        assertThat(codes(document)).contains("DOCUMENT_MISSING", "DOCUMENT_NOT_LOGGED");
    }

    @Test
    void refusesSignaturesByTheWrongKeyOrAtTheWrongTime() {
        // Given
        var late = federation.trust(EvidenceFixture.START.plusSeconds(2), true);

        // When
        Verdict expired = BundleVerifier.verify(bundle, Optional.of(late));
        Verdict unsigned = forged(files -> files.replaceAll((name, bytes) -> name.startsWith("documents/refusal")
                ? SignedDocument.sign(
                                SignedDocument.read(bytes, org.osteon.protocol.document.Refusal.class)
                                        .document(),
                                federation.hubKey)
                        .bytes()
                : bytes));
        Verdict forgedTrust = BundleVerifier.verify(
                bundle, Optional.of(SignedDocument.sign(federation.trust().document(), SigningKey.ed25519())));

        // Then
        assertThat(expired.findings())
                .isNotEmpty()
                .allMatch(finding -> finding.code().equals("DOCUMENT_SIGNATURE")
                        && finding.where().matches("documents/(capsule|refusal)-.*"));
        assertThat(unsigned.findings())
                .containsExactly(new Verdict.Finding(
                        "DOCUMENT_SIGNATURE", "documents/refusal-" + federation.refusal.hex() + ".json"));
        assertThat(codes(forgedTrust)).containsExactly("TRUST_SIGNATURE");
    }

    @Test
    void refusesLimitsThatTheirDeclarerDidNotSign() {
        // Given a hub that judged by limits of its own under a declarer's name
        TrustDocument known = federation.trust().document();
        TrustDocument others = new TrustDocument(
                known.schema(),
                known.root(),
                known.version(),
                known.keys().stream()
                        .map(key -> key.role().equals("declaration")
                                ? new TrustDocument.TrustedKey(
                                        key.role(),
                                        key.holder(),
                                        SigningKey.ed25519().publicKey(),
                                        key.notBefore(),
                                        key.notAfter(),
                                        "")
                                : key)
                        .toList(),
                known.logs(),
                known.quorum(),
                EvidenceFixture.START);

        // When
        Verdict verdict = BundleVerifier.verify(bundle, Optional.of(SignedDocument.sign(others, federation.hubKey)));

        // Then
        assertThat(verdict.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo("DECLARATION_SIGNATURE");
            assertThat(finding.where()).startsWith("documents/report-");
        });
    }

    @Test
    void refusesWhatDoesNotBelong() {
        assertThat(codes(forged(files -> files.put("extra.txt", new byte[1])))).contains("FILE_UNKNOWN");
        assertThat(codes(forged(files -> files.put("objects/" + Digest.of(new byte[1]), new byte[1]))))
                .contains("FILE_UNKNOWN");
        assertThat(codes(forged(files -> files.put("log/tile/0/001", new byte[32]))))
                .contains("FILE_UNKNOWN");
        assertThat(codes(forged(files -> files.put("README.en.md", new byte[1]))))
                .contains("README_CHANGED");
        assertThat(codes(forged(files -> files.keySet().removeIf(name -> name.startsWith("proofs/release")))))
                .contains("FILE_MISSING");
        assertThat(codes(forged(files -> files.keySet().removeIf(name -> name.startsWith("sites/a/")))))
                .contains("LOG_MISSING");
        assertThat(codes(forged(
                        files -> files.computeIfPresent("sites/c/log/tile/0/000.p/1", (name, bytes) -> new byte[32]))))
                .contains("TILE_MISMATCH");
    }

    @Test
    void refusesContainersInAnyOtherLayout() throws IOException {
        // Given
        byte[] good = Files.readAllBytes(bundle);
        byte[] longer = java.util.Arrays.copyOf(good, good.length + 1);
        byte[] shorter = java.util.Arrays.copyOf(good, good.length - 1);
        SortedMap<String, Part> outside = new TreeMap<>(Map.of("../outside", new Part.InMemory(new byte[1])));

        // When / Then
        for (byte[] bad : List.of(longer, shorter, new byte[0], new byte[22])) {
            Verdict verdict = verify(Files.write(folder.resolve("bad.zip"), bad));
            assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.FAILED);
        }
        assertThatThrownBy(() -> Archive.write(folder.resolve("outside.zip"), outside))
                .isInstanceOf(BundleException.class);
        for (String name : List.of("../x", "/x", "a//b", "a/../b", ".x", "a/.b", "a\\b", "")) {
            assertThat(ZipLayout.plainName(name)).as(name).isFalse();
        }
        assertThat(ZipLayout.plainName("log/tile/entries/000.p/3")).isTrue();
    }

    @Test
    void refusesZipsMadeToHarmWhoUnpacksThem() throws IOException {
        // Given: a thousandfold file, a way out of the folder, and one name twice
        byte[] bomb = zip(Map.of("manifest.json", new byte[64 << 20]));
        byte[] outside = renamed(Files.readAllBytes(bundle), "README.en.md", "../../xxx.md");
        byte[] twice = renamed(Files.readAllBytes(bundle), "README.zh.md", "README.en.md");

        // When / Then
        assertThat(bomb.length).isLessThan(1 << 20);
        for (byte[] bad : List.of(bomb, outside, twice)) {
            Verdict verdict = verify(Files.write(folder.resolve("bad.zip"), bad));
            assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.FAILED);
            assertThat(verdict.findings().toString()).containsAnyOf("CONTAINER_MALFORMED", "FILE_NAME");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("xxx.md", "manifest.json");
        }
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    /** The same bytes with another name of equal length, in headers and directory alike. */
    private static byte[] renamed(byte[] zip, String name, String other) {
        String text = new String(zip, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(name);
        return text.replace(name, other.substring(0, name.length())).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void refusesToWriteABundleWithoutTheReleaseInItsLog() {
        // Given
        BundleInput input = federation.input();
        Checkpoint old = federation.logs.get("hub").cosigned().get(0);
        LogEvidence early = LogEvidence.of("hub", old, List.of(), new LogReader(folder.resolve("log-hub")));

        // When / Then
        assertThatThrownBy(() -> BundleWriter.write(
                        folder.resolve("early.zip"),
                        new BundleInput(input.release(), early, input.sites(), input.documents(), input.objects())))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("PROOF_MISSING");
    }

    private Verdict verify(Path file) {
        return BundleVerifier.verify(file, Optional.of(federation.trust()));
    }

    private Verdict forged(Consumer<SortedMap<String, byte[]>> change) {
        Path file = folder.resolve("forged.zip");
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return verify(Forgery.of(bundle, "forged.zip", change));
    }

    /** The file whose contents lie at that byte, if any but the manifest's do. */
    private Optional<String> contentAt(long at) {
        try (Archive archive = Archive.open(bundle)) {
            long offset = 0;
            for (String name : archive.names()) {
                long data = offset + ZipLayout.LOCAL + name.length();
                if (at >= data && at < data + archive.length(name) && !name.equals("manifest.json")) {
                    return Optional.of(name);
                }
                offset = data + archive.length(name);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<String> codes(Verdict verdict) {
        return verdict.findings().stream().map(Verdict.Finding::code).distinct().toList();
    }
}
