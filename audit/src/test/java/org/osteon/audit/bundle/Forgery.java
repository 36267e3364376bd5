package org.osteon.audit.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;

/** A bundle rewritten by somebody who knows the format: contents changed, container and manifest made to fit again. */
final class Forgery {
    private Forgery() {}

    static Path of(Path bundle, String name, Consumer<SortedMap<String, byte[]>> change) {
        try (Archive archive = Archive.open(bundle)) {
            BundleManifest manifest = CanonicalJson.read(archive.bytes("manifest.json", 1 << 26), BundleManifest.class);
            return of(bundle, name, change, manifest.release(), manifest.model());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path of(Path bundle, String name, Consumer<SortedMap<String, byte[]>> change, Digest release, Digest model) {
        try (Archive archive = Archive.open(bundle)) {
            SortedMap<String, byte[]> files = new TreeMap<>();
            archive.names().forEach(file -> files.put(file, archive.bytes(file, 1 << 26)));
            BundleManifest old = CanonicalJson.read(files.remove("manifest.json"), BundleManifest.class);
            change.accept(files);
            List<BundleManifest.FileEntry> entries = new ArrayList<>();
            files.forEach(
                    (file, bytes) -> entries.add(new BundleManifest.FileEntry(file, bytes.length, Digest.of(bytes))));
            files.put(
                    "manifest.json",
                    new BundleManifest(old.schema(), old.federation(), old.study(), model, release, entries)
                            .canonical());
            SortedMap<String, Part> parts = new TreeMap<>();
            files.forEach((file, bytes) -> parts.put(file, new Part.InMemory(bytes)));
            Path forged = bundle.resolveSibling(name);
            Archive.write(forged, parts);
            return forged;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
