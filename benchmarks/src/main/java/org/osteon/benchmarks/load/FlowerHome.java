package org.osteon.benchmarks.load;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a release of Flower is installed.
 *
 * @param release such as 1.39.0
 * @param programs the folder of its programs
 */
record FlowerHome(String release, Path programs) {
    /** What {@code OSTEON_FLOWER} and the release name together; the variable is the beginning of a path. */
    static Optional<FlowerHome> of(Path repository, String release) {
        String prefix = System.getenv().getOrDefault("OSTEON_FLOWER", repository.toAbsolutePath() + "/.venv-flwr-");
        Path programs = Path.of(prefix + release, "bin").toAbsolutePath().normalize();
        return Files.isExecutable(programs.resolve("flower-superlink"))
                ? Optional.of(new FlowerHome(release, programs))
                : Optional.empty();
    }

    /** How to get it. */
    static String hint(String release) {
        return "flwr " + release + " is not installed: python3 -m venv .venv-flwr-" + release
                + " && .venv-flwr-" + release + "/bin/pip install flwr==" + release
                + " numpy, or set OSTEON_FLOWER to the beginning of the path of such environments";
    }
}
