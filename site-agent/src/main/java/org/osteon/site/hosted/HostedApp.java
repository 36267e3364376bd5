package org.osteon.site.hosted;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.osteon.protocol.document.ArraySpec;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.flower.record.Value;

/**
 * An app as it was approved: which bundle, how it is configured, what it may be asked and what may leave.
 *
 * @param fab SHA-256 of the app bundle
 * @param fabId publisher and name, as the bundle states them
 * @param fabVersion version, as the bundle states it
 * @param runConfig the whole run configuration, defaults included
 * @param messageTypes the message types it may be asked
 * @param arrayRecord name of the record of arrays in a reply; empty when no arrays may leave
 * @param arrays the arrays of that record, in order
 * @param metricRecord name of the metric record in a reply; empty when no metrics may leave
 * @param metrics names of that record's single numbers, in order
 * @param more whether the record may have other values beside them; those end at the site
 */
public record HostedApp(
        Digest fab,
        String fabId,
        String fabVersion,
        Map<String, Value> runConfig,
        Set<String> messageTypes,
        String arrayRecord,
        List<ArraySpec> arrays,
        String metricRecord,
        List<String> metrics,
        boolean more) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}");

    /** Takes copies; refuses malformed names, and arrays or metrics without a record. */
    public HostedApp {
        runConfig = Map.copyOf(runConfig);
        messageTypes = Set.copyOf(messageTypes);
        arrays = List.copyOf(arrays);
        metrics = List.copyOf(metrics);
        name("array record", arrayRecord, arrays.isEmpty());
        name("metric record", metricRecord, metrics.isEmpty());
        metrics.forEach(metric -> name("metric", metric, false));
    }

    /** An app whose replies have the declared metrics and no other. */
    public HostedApp(
            Digest fab,
            String fabId,
            String fabVersion,
            Map<String, Value> runConfig,
            Set<String> messageTypes,
            String arrayRecord,
            List<ArraySpec> arrays,
            String metricRecord,
            List<String> metrics) {
        this(fab, fabId, fabVersion, runConfig, messageTypes, arrayRecord, arrays, metricRecord, metrics, false);
    }

    private static void name(String what, String name, boolean none) {
        if (name.isEmpty() != none || !none && !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the " + what + "'s name is malformed");
        }
    }
}
