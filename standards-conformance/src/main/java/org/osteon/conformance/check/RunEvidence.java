package org.osteon.conformance.check;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osteon.audit.event.Event;
import org.osteon.protocol.document.Capsule;
import org.osteon.protocol.document.Digest;
import org.osteon.protocol.document.ModelVersion;
import org.osteon.protocol.document.Study;

/**
 * What checks look at.
 *
 * @param study the study
 * @param model the model judged
 * @param versions the run's versions, round 0 first, up to the model
 * @param capsules capsules in force, by site
 * @param hub the hub's events
 * @param sites each site's events, as far as the hub holds them
 * @param logs retained heads and entries of the hub's log and the sites'
 * @param tables tables that were handed in
 * @param objects files by digest
 */
public record RunEvidence(
        Study study,
        ModelVersion model,
        List<ModelVersion> versions,
        Map<String, Capsule> capsules,
        List<Event> hub,
        Map<String, List<Event>> sites,
        List<LogHistory> logs,
        Tables tables,
        Objects objects) {
    /** Takes copies. */
    public RunEvidence {
        versions = List.copyOf(versions);
        capsules = Map.copyOf(capsules);
        hub = List.copyOf(hub);
        sites = Map.copyOf(sites);
        logs = List.copyOf(logs);
    }

    /** Counted replies of all versions, by site, in the order of rounds. */
    Map<String, List<ModelVersion.Input>> counted() {
        return versions.stream()
                .flatMap(version -> version.inputs().stream())
                .collect(Collectors.groupingBy(ModelVersion.Input::site, TreeMap::new, Collectors.toList()));
    }

    /** Files by digest. */
    @FunctionalInterface
    public interface Objects {
        /** The file, if it is kept. */
        Optional<Path> file(Digest digest);
    }
}
