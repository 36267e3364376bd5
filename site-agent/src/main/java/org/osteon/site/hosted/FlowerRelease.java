package org.osteon.site.hosted;

/** Which releases of Flower run hosted apps: those whose {@code flwr-clientapp} speaks as the agent does. */
final class FlowerRelease {
    /** The program of the environment that runs one app on one message. */
    static final String CLIENT_APP = "flwr-clientapp";

    private FlowerRelease() {}

    /**
     * Takes a release, or says what to install instead.
     *
     * @param found what the environment calls its own; empty when it has none
     * @throws HostedFailure with code {@code HOSTED_FLOWER_UNSUPPORTED}
     */
    static String require(String found) {
        if (!found.matches("1\\.2[6-9]\\.[0-9]+")) {
            throw unsupported("the environment has " + (found.isEmpty() ? "no Flower" : "Flower " + found));
        }
        return found;
    }

    static HostedFailure unsupported(String why) {
        return new HostedFailure(
                "HOSTED_FLOWER_UNSUPPORTED",
                "no app is hosted: " + why + "; hostedFlower must name a virtual environment with Flower 1.26 to 1.29"
                        + " (python3 -m venv DIR, then DIR/bin/pip install 'flwr>=1.26,<1.30' and what the apps import)");
    }
}
