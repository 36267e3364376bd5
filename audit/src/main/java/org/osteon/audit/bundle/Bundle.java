package org.osteon.audit.bundle;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osteon.audit.event.Event;
import org.osteon.audit.log.LogFiles;
import org.osteon.audit.log.LogReader;
import org.osteon.protocol.document.CanonicalJson;
import org.osteon.protocol.document.Digest;

/** A bundle's contents for those who judge what they mean. Reading proves nothing; {@link BundleVerifier} does. */
public final class Bundle implements Closeable {
    private final Archive archive;
    private final BundleManifest manifest;

    private Bundle(Archive archive, BundleManifest manifest) {
        this.archive = archive;
        this.manifest = manifest;
    }

    /**
     * Opens a bundle.
     *
     * @throws BundleException when the container is malformed
     * @throws org.osteon.protocol.document.DocumentException when the manifest is
     */
    public static Bundle open(Path file) {
        try {
            Archive archive = Archive.open(file);
            try {
                byte[] bytes = archive.bytes("manifest.json", CanonicalJson.MAX_BYTES);
                return new Bundle(archive, CanonicalJson.read(bytes, BundleManifest.class));
            } catch (RuntimeException e) {
                archive.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first page. */
    public BundleManifest manifest() {
        return manifest;
    }

    /** Whose logs are here: {@code hub}, then sites by name. */
    public List<String> holders() {
        List<String> holders = new ArrayList<>();
        holders.add("hub");
        archive.names().stream()
                .filter(name -> name.matches("sites/[a-z0-9][a-z0-9._-]*/log/checkpoint"))
                .forEach(name -> holders.add(name.substring(6, name.length() - "/log/checkpoint".length())));
        return holders;
    }

    /** A holder's log. */
    public LogReader log(String holder) {
        String folder = LogEvidence.folder(holder);
        LogFiles files = (name, most) ->
                archive.has(folder + name) ? Optional.of(archive.bytes(folder + name, most)) : Optional.empty();
        return new LogReader(files);
    }

    /** The events of a holder's log, in order. */
    public List<Event> events(String holder) {
        LogReader log = log(holder);
        List<Event> events = new ArrayList<>();
        log.entries(0, log.checkpoint().size(), leaf -> events.add(Event.read(leaf)));
        return events;
    }

    /** The envelope of the document of that identity. */
    public Optional<byte[]> document(Digest digest) {
        return archive.names().stream()
                .filter(name -> name.startsWith("documents/") && name.endsWith("-" + digest.hex() + ".json"))
                .findFirst()
                .map(name -> archive.bytes(name, CanonicalJson.MAX_BYTES));
    }

    /** The file of that digest, such as a model's arrays, if it was kept. */
    public Optional<InputStream> object(Digest digest) {
        String name = "objects/" + digest.hex();
        return archive.has(name) ? Optional.of(archive.open(name)) : Optional.empty();
    }

    Archive archive() {
        return archive;
    }

    @Override
    public void close() throws IOException {
        archive.close();
    }
}
