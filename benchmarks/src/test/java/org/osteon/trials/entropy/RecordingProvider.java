package org.osteon.trials.entropy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.Provider;
import java.security.SecureRandomSpi;
import java.util.HexFormat;

/**
 * A security provider that a trial puts before all others in an agent's process: it hands out the kernel's random bytes
 * under the name by which the agent asks for them, and writes each draw down, a line of hex, in the file that the
 * environment names. The agent itself is unmodified.
 */
public final class RecordingProvider extends Provider {
    /** The environment variable with the file of draws. */
    public static final String FILE = "OSTEON_TRIAL_DRAWS";

    private static final long serialVersionUID = 1L;

    /** As the platform makes it. */
    public RecordingProvider() {
        super("Recording", "1", "writes down what the kernel's generator gave");
        put("SecureRandom.NativePRNGNonBlocking", KernelRandom.class.getName());
    }

    /** The kernel's generator, with a witness. */
    public static final class KernelRandom extends SecureRandomSpi {
        private static final long serialVersionUID = 1L;
        private static final int MOST = 64;

        /** As the platform makes it. */
        public KernelRandom() {}

        @Override
        protected void engineSetSeed(byte[] seed) {}

        @Override
        protected void engineNextBytes(byte[] bytes) {
            try (var kernel = Files.newInputStream(Path.of("/dev/urandom"))) {
                if (kernel.readNBytes(bytes, 0, bytes.length) != bytes.length) {
                    throw new IOException("the kernel's generator ended");
                }
                if (bytes.length <= MOST) {
                    Files.writeString(
                            Path.of(System.getenv(FILE)),
                            HexFormat.of().formatHex(bytes) + "\n",
                            StandardOpenOption.CREATE,
                            StandardOpenOption.APPEND);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        protected byte[] engineGenerateSeed(int size) {
            byte[] seed = new byte[size];
            engineNextBytes(seed);
            return seed;
        }
    }
}
