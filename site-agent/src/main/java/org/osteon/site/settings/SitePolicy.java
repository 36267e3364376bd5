package org.osteon.site.settings;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osteon.protocol.settings.Settings;

/**
 * The rules a hospital sets for every study, whoever asks; deny is the default where a key is absent.
 *
 * @param epsilonCeiling most ε that one study may cost a patient here
 * @param epsilonTotal most ε that all studies together may cost a patient here
 * @param deltaCeiling largest δ accepted
 * @param k smallest cohort, and smallest cell of an exact release
 * @param allowExact whether un-noised releases may be asked at all
 */
public record SitePolicy(double epsilonCeiling, double epsilonTotal, double deltaCeiling, int k, boolean allowExact) {
    /** Refuses ceilings that are not positive. */
    public SitePolicy {
        if (!(epsilonCeiling >= 0) || !(epsilonTotal >= 0) || !(deltaCeiling >= 0) || k < 1) {
            throw new IllegalArgumentException("site policy: ceilings must be >= 0 and k >= 1, were " + epsilonCeiling
                    + ", " + epsilonTotal + ", " + deltaCeiling + ", " + k);
        }
    }

    static SitePolicy of(Settings settings) {
        return new SitePolicy(
                settings.number("epsilonCeiling", 0),
                settings.number("epsilonTotal", 0),
                settings.number("deltaCeiling", 0),
                (int) settings.number("k", 10),
                settings.flag("allowExact", false));
    }

    /** The rules as the officer and the operator see them. */
    public Map<String, Object> view() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("epsilonCeiling", epsilonCeiling);
        view.put("epsilonTotal", epsilonTotal);
        view.put("deltaCeiling", deltaCeiling);
        view.put("k", k);
        view.put("allowExact", allowExact);
        return view;
    }
}
