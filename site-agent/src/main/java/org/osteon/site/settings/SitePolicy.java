package org.osteon.site.settings;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.protocol.settings.Settings;
import org.osteon.protocol.settings.SettingsException;

/**
 * The rules a hospital sets for every study, whoever asks; deny is the default where a key is absent.
 *
 * @param epsilonCeiling most ε that one study may cost a patient here
 * @param epsilonTotal most ε that all studies together may cost a patient here
 * @param deltaCeiling largest δ accepted
 * @param k smallest cohort, and smallest cell of an exact release
 * @param allowExact whether un-noised releases may be asked at all
 * @param officersNeeded how many officers must sign an approval; one alone refuses and revokes
 */
public record SitePolicy(
        double epsilonCeiling,
        double epsilonTotal,
        double deltaCeiling,
        int k,
        boolean allowExact,
        int officersNeeded) {
    private static final int MAX_SIGNATURES = 16;

    /** Refuses ceilings that are not positive, and more officers than a document carries signatures. */
    public SitePolicy {
        if (!(epsilonCeiling >= 0) || !(epsilonTotal >= 0) || !(deltaCeiling >= 0) || k < 1) {
            throw new IllegalArgumentException("site policy: ceilings must be >= 0 and k >= 1, were " + epsilonCeiling
                    + ", " + epsilonTotal + ", " + deltaCeiling + ", " + k);
        }
        if (officersNeeded < 1 || officersNeeded > MAX_SIGNATURES) {
            throw new SettingsException("officersNeeded must be 1 to " + MAX_SIGNATURES + ", was " + officersNeeded);
        }
    }

    static SitePolicy of(Settings settings) {
        return new SitePolicy(
                settings.number("epsilonCeiling", 0),
                settings.number("epsilonTotal", 0),
                settings.number("deltaCeiling", 0),
                (int) settings.number("k", 10),
                settings.flag("allowExact", false),
                officersNeeded(settings));
    }

    private static int officersNeeded(Settings settings) {
        double needed = settings.number("officersNeeded", 1);
        if (needed != Math.rint(needed)) {
            throw new SettingsException("officersNeeded must be a whole number, was " + needed);
        }
        return (int) needed;
    }

    /** The rules as the officer and the operator see them. */
    public Map<String, Object> view() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("epsilonCeiling", epsilonCeiling);
        view.put("epsilonTotal", epsilonTotal);
        view.put("deltaCeiling", deltaCeiling);
        view.put("k", k);
        view.put("allowExact", allowExact);
        view.put("officersNeeded", officersNeeded);
        return view;
    }
}
