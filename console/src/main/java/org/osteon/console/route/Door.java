package org.osteon.console.route;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osteon.console.account.Person;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/** Opens a path to people of its roles and of this federation alone; a path outside the table to nobody. */
public final class Door implements AuthorizationManager<RequestAuthorizationContext> {
    private final Routes routes;
    private final String federation;

    /** The door of a federation's console. */
    public Door(Routes routes, String federation) {
        this.routes = routes;
        this.federation = federation;
    }

    @Override
    public AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        return new AuthorizationDecision(routes.of(context.getRequest())
                .map(route -> route.open() || allowed(route, authentication.get()))
                .orElse(false));
    }

    private boolean allowed(Route route, @Nullable Authentication authentication) {
        return authentication != null
                && authentication.getPrincipal() instanceof Person person
                && person.federation().equals(federation)
                && route.roles().contains(person.role());
    }
}
