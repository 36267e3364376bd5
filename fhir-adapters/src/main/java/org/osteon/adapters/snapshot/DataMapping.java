package org.osteon.adapters.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osteon.adapters.mapping.Profile;
import org.osteon.adapters.mapping.Pseudonyms;
import org.osteon.adapters.source.SourceFile;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.Manifest;
import org.osteon.protocol.document.SignedDocument;

/** Maps a hospital's files to a snapshot. */
public final class DataMapping {
    private static final SecureRandom RANDOM = new SecureRandom();

    private DataMapping() {}

    /**
     * Maps a file, or a folder with everything below it, and writes a snapshot in one step: either the whole folder
     * appears at {@code out}, synced, or nothing. Tables and manifest are the same bytes for the same input, profile,
     * keys and day (UTC).
     *
     * @param input FHIR NDJSON, FHIR bundles, CSV and DICOM, found by content, also compressed by gzip
     * @param out absent or an empty folder, not below the input
     * @throws MappingException if the input or the output cannot be used; what single units contain never throws
     */
    public static MappingResult map(Path input, Path out, Profile profile, MappingKeys keys, MappingProgress progress) {
        return map(input, out, profile, keys, progress, LocalDate.now(ZoneOffset.UTC));
    }

    /** As the other, on a given day. */
    static MappingResult map(
            Path input, Path out, Profile profile, MappingKeys keys, MappingProgress progress, LocalDate day) {
        Path target = out.toAbsolutePath().normalize();
        List<SourceFile> files = files(input);
        requireFree(input.toAbsolutePath().normalize(), target);
        Path work = null;
        try {
            Path parent = Files.createDirectories(parentOf(target));
            work = Files.createDirectory(parent.resolve("." + target.getFileName() + ".writing-" + suffix()));
            SignedDocument<Manifest> manifest = write(work, files, profile, keys, progress, day);
            sync(work);
            Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
            syncFolder(parent);
            return new MappingResult(target, manifest);
        } catch (IOException | UncheckedIOException e) {
            remove(work);
            throw new MappingException(
                    "OUTPUT_UNWRITABLE", "the snapshot could not be written: " + out.getFileName(), e);
        } catch (RuntimeException e) {
            remove(work);
            throw e;
        }
    }

    private static List<SourceFile> files(Path input) {
        if (!Files.exists(input)) {
            throw new MappingException("INPUT_MISSING", "there is no file or folder at the input path");
        }
        try {
            return SourceFile.below(input);
        } catch (IOException e) {
            throw new MappingException("INPUT_UNREADABLE", "the input folder cannot be listed", e);
        }
    }

    private static void requireFree(Path input, Path out) {
        if (out.startsWith(input) && Files.isDirectory(input)) {
            throw new MappingException("OUTPUT_IN_INPUT", "the output must not lie in the input folder");
        }
        if (!Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isDirectory(out, LinkOption.NOFOLLOW_LINKS)) {
            throw new MappingException("OUTPUT_NOT_EMPTY", "the output path is a file");
        }
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(out)) {
            if (inside.iterator().hasNext()) {
                throw new MappingException("OUTPUT_NOT_EMPTY", "the output folder is not empty");
            }
        } catch (IOException e) {
            throw new MappingException("OUTPUT_UNWRITABLE", "the output folder cannot be read", e);
        }
    }

    private static SignedDocument<Manifest> write(
            Path work,
            List<SourceFile> files,
            Profile profile,
            MappingKeys keys,
            MappingProgress progress,
            LocalDate day)
            throws IOException {
        RiskMeter risk = new RiskMeter(profile.quasiIdentifiers());
        try (Tables tables = new Tables(work);
                Quarantine quarantine = new Quarantine(work.resolve(Snapshot.QUARANTINE))) {
            UnitMapper mapper =
                    new UnitMapper(profile, new Pseudonyms(keys.pseudonymKey()), keys.withdrawn(), tables, risk);
            MappingRun run = new MappingRun(profile, mapper, quarantine, progress);
            for (SourceFile file : files) {
                run.file(file);
            }
            List<Manifest.Table> written = tables.finish();
            Manifest manifest = new Manifest(
                    Manifest.SCHEMA,
                    day.atStartOfDay(ZoneOffset.UTC).toInstant().toString(),
                    "",
                    profile.digest(),
                    views(profile, written),
                    written,
                    run.counts(),
                    risk.patients(),
                    risk.risk());
            SignedDocument<Manifest> signed = SignedDocument.sign(manifest, keys.manifestKey());
            Files.write(work.resolve(Snapshot.MANIFEST), signed.bytes());
            byte[] salt = new byte[Snapshot.SALT_BYTES];
            RANDOM.nextBytes(salt);
            Files.write(work.resolve(Snapshot.SALT), salt);
            return signed;
        }
    }

    private static Map<String, Digest> views(Profile profile, List<Manifest.Table> written) {
        Map<String, Digest> all = new TreeMap<>();
        profile.views().forEach(view -> all.put(view.schema().name(), view.digest()));
        profile.tables().forEach(table -> all.put(table.schema().name(), table.digest()));
        profile.dicom().ifPresent(dicom -> dicom.schemas().forEach(schema -> all.put(schema.name(), dicom.digest())));
        all.keySet().retainAll(written.stream().map(Manifest.Table::name).toList());
        return all;
    }

    private static Path parentOf(Path target) {
        Path parent = target.getParent();
        if (parent == null) {
            throw new MappingException("OUTPUT_NOT_EMPTY", "the output must be a folder below the root");
        }
        return parent;
    }

    private static String suffix() {
        byte[] random = new byte[8];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static void sync(Path work) throws IOException {
        try (Stream<Path> all = Files.walk(work)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                if (Files.isDirectory(path)) {
                    syncFolder(path);
                } else {
                    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                        file.force(true);
                    }
                }
            }
        }
    }

    private static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void remove(@org.jspecify.annotations.Nullable Path work) {
        if (work == null) {
            return;
        }
        try (Stream<Path> all = Files.walk(work)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new MappingException("OUTPUT_UNWRITABLE", "an unfinished folder could not be removed", e);
        }
    }
}
