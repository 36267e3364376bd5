package org.osteon.site.settings;

import java.util.Locale;
import org.osteon.protocol.settings.SettingsException;

/** How Flower's Fleet calls travel. */
public enum FleetCarrier {
    /** Flower 1.23 to 1.39, and our hub. */
    GRPC("gRPC"),
    /** Flower 1.40 and newer. */
    HTTP("HTTP");

    private final String title;

    FleetCarrier(String title) {
        this.title = title;
    }

    /** The carrier of a word in the settings. */
    static FleetCarrier of(String word) {
        for (FleetCarrier carrier : values()) {
            if (carrier.word().equals(word)) {
                return carrier;
            }
        }
        throw new SettingsException(
                "osteon.toml: key \"fleetCarrier\" must be \"grpc\" (Flower up to 1.39) or \"http\" (1.40 and newer)");
    }

    /** The word in the settings. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its name in a sentence. */
    public String title() {
        return title;
    }
}
