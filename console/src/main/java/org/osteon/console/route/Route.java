package org.osteon.console.route;

import java.util.Set;

/**
 * One line of the table of who may ask what.
 *
 * @param method the HTTP method
 * @param pattern a path pattern as Spring writes them
 * @param roles the roles that may; empty for everybody, signed in or not
 */
public record Route(String method, String pattern, Set<String> roles) {
    /** Every role there is. */
    public static final Set<String> SIGNED_IN = Set.of("data-officer", "ml-engineer", "regulator", "operator");

    /** Keeps its own copy. */
    public Route {
        roles = Set.copyOf(roles);
    }

    /** A page or document to read. */
    public static Route get(String pattern, String... roles) {
        return new Route("GET", pattern, Set.of(roles));
    }

    /** An act. */
    public static Route post(String pattern, String... roles) {
        return new Route("POST", pattern, Set.of(roles));
    }

    /** Whether anybody may. */
    public boolean open() {
        return roles.isEmpty();
    }
}
