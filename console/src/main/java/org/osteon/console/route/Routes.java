package org.osteon.console.route;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** The one table of a console's paths: what is not in it is refused. */
public final class Routes {
    /** The paths that every console has. */
    private static final List<Route> SHARED = List.of(
            new Route("GET", "/", Route.SIGNED_IN),
            Route.get("/console.css"),
            Route.get("/live.js"),
            Route.get("/editor.js"),
            Route.get("/verify.js"),
            Route.get("/favicon.svg"),
            Route.get("/health/live"),
            Route.get("/health/ready"),
            Route.get("/sign-in"),
            Route.post("/sign-in"),
            Route.get("/sign-in/begin"),
            Route.get("/sign-in/back"),
            Route.get("/sign-in/leave"),
            Route.post("/sign-in/ended"),
            Route.get("/.well-known/osteon"),
            Route.get("/welcome/{token}"),
            Route.post("/welcome/{token}"),
            new Route("POST", "/sign-out", Route.SIGNED_IN),
            Route.get("/people", "operator"),
            Route.post("/people/link", "operator"),
            Route.post("/people/forget", "operator"));

    private final List<Line> lines;

    /** The shared paths and a daemon's own. */
    public Routes(List<Route> own) {
        lines = Stream.concat(SHARED.stream(), own.stream()).map(Line::of).toList();
    }

    /** Every line. */
    public List<Route> all() {
        return lines.stream().map(Line::route).toList();
    }

    /** The line of a request; a HEAD is answered as its GET. */
    public Optional<Route> of(HttpServletRequest request) {
        return of(request.getMethod(), request.getRequestURI());
    }

    /** The line of a method and path. */
    public Optional<Route> of(String method, String path) {
        String as = "HEAD".equals(method) ? "GET" : method;
        PathContainer container = PathContainer.parsePath(path);
        return lines.stream()
                .filter(line ->
                        line.route().method().equals(as) && line.pattern().matches(container))
                .map(Line::route)
                .findFirst();
    }

    /** The methods that a path takes, HEAD with GET; empty where there is no such path. */
    public Set<String> methods(String path) {
        PathContainer container = PathContainer.parsePath(path);
        Set<String> methods = new TreeSet<>();
        lines.stream().filter(line -> line.pattern().matches(container)).forEach(line -> {
            methods.add(line.route().method());
            if ("GET".equals(line.route().method())) {
                methods.add("HEAD");
            }
        });
        return methods;
    }

    private record Line(Route route, PathPattern pattern) {
        static Line of(Route route) {
            return new Line(route, PathPatternParser.defaultInstance.parse(route.pattern()));
        }
    }
}
