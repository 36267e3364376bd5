package org.osteon.console.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.osteon.console.route.Routes;

/** Where the web server would dispatch to its error page: of a path of the API it answers with a problem instead. */
final class ApiErrorFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    private final transient Routes routes;
    private final transient ApiProblems problems;

    ApiErrorFilter(Routes routes, ApiProblems problems) {
        this.routes = routes;
        this.problems = problems;
    }

    /** Whether a path as it was sent is one of the API. */
    static boolean api(String uri) {
        return uri.startsWith("/api/");
    }

    /** The problem of a bare status. */
    static ApiException problem(int status) {
        return status >= 500
                ? new ApiException(500, ApiProblems.BUG, "the server failed")
                : new ApiException(status, "VALUE_MALFORMED", "the request's path or header is not one that is read");
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String uri = String.valueOf(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI));
        if (!api(uri)) {
            chain.doFilter(request, response);
            return;
        }
        Set<String> allowed = routes.methods(uri);
        problems.write(
                request,
                response,
                response.getStatus() == 405
                        ? new ApiException(
                                405,
                                "METHOD_NOT_ALLOWED",
                                "this path does not take " + request.getMethod(),
                                Map.of("Allow", String.join(", ", allowed)))
                        : problem(response.getStatus()));
    }
}
