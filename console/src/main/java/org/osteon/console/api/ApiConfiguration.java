package org.osteon.console.api;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Set;
import org.osteon.console.ConsoleSettings;
import org.osteon.console.account.BearerTokens;
import org.osteon.console.account.Person;
import org.osteon.console.page.Frame;
import org.osteon.console.route.Door;
import org.osteon.console.route.Routes;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** The security of {@code /api/**}: no session, no cookie, no form token; a bearer token or nothing. */
@Configuration(proxyBeanMethods = false)
public class ApiConfiguration {
    /** As the dispatcher reads paths, so that another spelling of the same path is the same path. */
    private static final RequestMatcher API =
            PathPatternRequestMatcher.withDefaults().matcher("/api/**");

    @Bean
    ApiProblems apiProblems() {
        return new ApiProblems();
    }

    @Bean
    @Order(1)
    SecurityFilterChain apiSecurity(
            HttpSecurity http,
            ConsoleSettings settings,
            Routes routes,
            ObjectProvider<BearerTokens> tokens,
            ApiProblems problems) {
        return http.securityMatcher(API)
                .authorizeHttpRequests(
                        requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                                .permitAll()
                                .anyRequest()
                                .access(new Door(routes, settings.federation())))
                .addFilterBefore(new FailureFilter(problems), SecurityContextHolderFilter.class)
                .addFilterBefore(
                        new BearerFilter(tokens.orderedStream().toList(), problems), ExceptionTranslationFilter.class)
                .exceptionHandling(errors -> errors.authenticationEntryPoint((request, response, failure) ->
                                problems.write(request, response, BearerFilter.unknown(false)))
                        .accessDeniedHandler((request, response, denied) ->
                                problems.write(request, response, denied(request, routes, settings.federation()))))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(forms -> forms.disable())
                .requestCache(cache -> cache.disable())
                .logout(out -> out.disable())
                .headers(headers -> headers.httpStrictTransportSecurity(hsts -> hsts.includeSubDomains(false))
                        .contentSecurityPolicy(
                                policy -> policy.policyDirectives("default-src 'none'; frame-ancestors 'none'"))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
                        .frameOptions(frames -> frames.deny()))
                .build();
    }

    /** A path or method that the firewall before the chains does not let through. */
    @Bean
    RequestRejectedHandler rejected(Routes routes, ApiProblems problems) {
        return (request, response, rejection) -> {
            if (!ApiErrorFilter.api(request.getRequestURI())) {
                response.sendError(400);
                return;
            }
            Set<String> allowed = routes.methods(request.getRequestURI());
            problems.write(
                    request,
                    response,
                    allowed.isEmpty() || allowed.contains(request.getMethod())
                            ? ApiException.malformed("the request's path or header is not one that is read")
                            : method(request, allowed));
        };
    }

    @Bean
    FilterRegistrationBean<ApiErrorFilter> apiErrors(Routes routes, ApiProblems problems) {
        FilterRegistrationBean<ApiErrorFilter> errors =
                new FilterRegistrationBean<>(new ApiErrorFilter(routes, problems));
        errors.setDispatcherTypes(DispatcherType.ERROR);
        errors.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return errors;
    }

    /** The host's own valve, so that it stands within every other that reports errors. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> apiErrorValve(ApiProblems problems) {
        return factory -> factory.addContextCustomizers(
                context -> context.getParent().getPipeline().addValve(new ApiErrorValve(problems)));
    }

    /** Why somebody whose token counts may not: the federation, the role, the method, or there is no such path. */
    private static ApiException denied(HttpServletRequest request, Routes routes, String federation) {
        Person person = Frame.person();
        var route = routes.of(request);
        if (route.isPresent()) {
            return person != null && !person.federation().equals(federation)
                    ? new ApiException(403, "FEDERATION_FOREIGN", "the token is for another federation")
                    : new ApiException(
                            403,
                            "ROLE_MISSING",
                            "this needs "
                                    + String.join(
                                            " or ",
                                            route.orElseThrow().roles().stream()
                                                    .sorted()
                                                    .toList())
                                    + "; the operator gives roles");
        }
        Set<String> allowed = routes.methods(request.getRequestURI());
        return allowed.isEmpty()
                ? new ApiException(404, "PATH_UNKNOWN", "there is nothing at this path")
                : method(request, allowed);
    }

    private static ApiException method(HttpServletRequest request, Set<String> allowed) {
        String list = String.join(", ", allowed);
        return new ApiException(
                405,
                "METHOD_NOT_ALLOWED",
                "this path takes " + list + ", not " + request.getMethod(),
                Map.of("Allow", list));
    }
}
