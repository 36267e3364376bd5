package org.osteon.console.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

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
            problems.write(request, response, e);
        }
    }
}
