package org.osteon.cli.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where the demo plays.
 *
 * @param home the product's folder
 * @param folder where everything is kept
 * @param walls what keeps the parties apart
 * @param daemons their processes
 * @param teller tells what happens
 * @param result what the verb answers, added up by the acts
 */
record Stage(Path home, Path folder, Walls walls, Daemons daemons, Teller teller, Map<String, Object> result) {
    /** The honest hospitals, in the order in which they come up. */
    static final List<String> HOSPITALS = List.of("hospital-a", "hospital-b", "hospital-c");

    /** The site that lies. */
    static final String ROGUE = "clinic-d";

    String hub() {
        return folder.resolve("hub").toString();
    }

    Path people() {
        return folder.resolve("people");
    }

    Path passphrase() {
        return people().resolve("passphrase");
    }

    String key(String person) {
        return people().resolve(person).resolve("officer.key").toString();
    }

    /** Adds a process to the answer. */
    void process(Daemons.Daemon daemon, List<String> ports) {
        @SuppressWarnings("unchecked")
        List<Object> list = (List<Object>) result.computeIfAbsent("processes", unused -> new ArrayList<>());
        list.add(daemon.view(ports));
    }
}
