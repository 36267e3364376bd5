package org.osteon.console.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osteon.console.account.BearerTokens;
import org.osteon.console.account.Person;
import org.osteon.console.account.SignIn;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Who asks is who holds the access token in the {@code Authorization} header (RFC 6750 section 2.1); no other place for
 * a token counts, and no session. A failure that nobody turned into an answer ends here as a problem document.
 */
final class BearerFilter extends OncePerRequestFilter {
    /** RFC 6750's b64token; longer ones are not looked at. */
    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +([A-Za-z0-9._~+/-]{1,8192}=*)");

    private static final String REALM = "Bearer realm=\"osteon\"";

    private final List<BearerTokens> tokens;
    private final ApiProblems problems;

    BearerFilter(List<BearerTokens> tokens, ApiProblems problems) {
        this.tokens = List.copyOf(tokens);
        this.problems = problems;
    }

    /** The answer to somebody who showed no token, or one that does not count. */
    static ApiException unknown(boolean shown) {
        return shown
                ? new ApiException(
                        401,
                        "TOKEN_INVALID",
                        "the access token is unknown, ended, or not for this console",
                        Map.of("WWW-Authenticate", REALM + ", error=\"invalid_token\""))
                : new ApiException(
                        401,
                        "TOKEN_MISSING",
                        "send an access token as Authorization: Bearer TOKEN",
                        Map.of("WWW-Authenticate", REALM));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        List<String> headers = Collections.list(request.getHeaders("Authorization"));
        if (!headers.isEmpty()) {
            Optional<Person> holder = headers.size() == 1 ? holder(headers.get(0)) : Optional.empty();
            if (holder.isEmpty()) {
                problems.write(request, response, unknown(true));
                return;
            }
            SecurityContext context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(SignIn.of(holder.orElseThrow()));
            SecurityContextHolder.setContext(context);
        }
        chain.doFilter(request, response);
    }

    private Optional<Person> holder(String header) {
        Matcher bearer = BEARER.matcher(header.strip());
        return bearer.matches()
                ? tokens.stream()
                        .flatMap(one -> one.holder(bearer.group(1)).stream())
                        .findFirst()
                : Optional.empty();
    }
}
