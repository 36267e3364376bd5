package org.osteon.site.hosted;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.osteon.protocol.document.Digest;

/** What apps wrote to their output, as long as it is kept. It may hold patients' values and never leaves the site. */
public final class AppOutput {
    /** Folder of the outputs below that of everything hosted. */
    static final String OUTPUT = "output";

    private final Path folder;

    /** The outputs at a site. */
    public AppOutput(Path site) {
        this.folder = site.resolve(HostedApps.FOLDER).resolve(OUTPUT);
    }

    /** Whether there is one of the launch for this message. */
    public boolean has(Digest message) {
        return Files.isRegularFile(folder.resolve(message.hex()));
    }

    /**
     * The beginning of an output, with control characters made visible; absent when it is not kept.
     *
     * @param most most bytes of it
     */
    public Optional<String> of(Digest message, int most) {
        if (!has(message)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(folder.resolve(message.hex()))) {
            String text = new String(in.readNBytes(most), StandardCharsets.UTF_8);
            return Optional.of(
                    text.replaceAll("\\u001b\\[[0-9;]*m", "").replaceAll("[\\p{Cc}\\p{Cf}&&[^\n\t]]", "\u2423"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
