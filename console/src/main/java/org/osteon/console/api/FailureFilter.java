package org.osteon.console.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.multipart.MultipartException;

/** Around everything else: a failure that nobody turned into an answer becomes a problem document, not a page. */
final class FailureFilter extends OncePerRequestFilter {
    private final ApiProblems problems;

    FailureFilter(ApiProblems problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException {
        try {
            chain.doFilter(request, response);
        } catch (IOException e) {
            // The caller has gone, or its request ended early: there is nobody to answer.
            throw e;
        } catch (Exception e) {
            problems.write(request, response, cause(request, e));
        }
    }

    /** What the dispatcher wrapped, and a form's body where none is looked at, as what it is. */
    private static Exception cause(HttpServletRequest request, Exception e) {
        Exception cause = e instanceof ServletException && e.getCause() instanceof Exception inner ? inner : e;
        return cause instanceof MultipartException && !"POST".equals(request.getMethod())
                ? ApiException.malformed("the request's Content-Type is not one that is read")
                : cause;
    }
}
