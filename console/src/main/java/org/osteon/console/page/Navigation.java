package org.osteon.console.page;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ways through a console, in the order of its head.
 *
 * @param links all of them
 * @param homes where each role begins
 */
public record Navigation(List<Link> links, Map<String, String> homes) {
    /** Keeps its own copies. */
    public Navigation {
        links = List.copyOf(links);
        homes = Map.copyOf(homes);
    }

    /**
     * One way.
     *
     * @param words the key of its name
     * @param path where it leads
     * @param roles who sees it
     */
    public record Link(String words, String path, Set<String> roles) {}

    /** What somebody of this role sees. */
    public List<Link> of(String role) {
        return links.stream().filter(link -> link.roles().contains(role)).toList();
    }
}
