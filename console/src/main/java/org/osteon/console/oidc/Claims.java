package org.osteon.console.oidc;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osteon.console.account.AccountException;
import org.osteon.console.account.Person;

/** Who somebody is here, by the claims of a token that holds. What is not said is not granted. */
final class Claims {
    private final OidcSettings settings;
    private final String federation;
    private final List<String> roles;

    /** For a console of this federation whose people have these roles. */
    Claims(OidcSettings settings, String federation, List<String> roles) {
        this.settings = settings;
        this.federation = federation;
        this.roles = List.copyOf(roles);
    }

    /**
     * The person.
     *
     * @throws AccountException {@code CLAIM_NAME_MISSING}, {@code CLAIM_FEDERATION_MISSING}, {@code FEDERATION_OTHER},
     *     {@code CLAIM_ROLE_MISSING} or {@code CLAIM_ROLES_MANY}
     */
    Person person(Map<String, Object> claims) {
        if (!(claims.get(settings.nameClaim()) instanceof String name) || !Person.isName(name)) {
            throw new AccountException("CLAIM_NAME_MISSING");
        }
        Set<String> federations = texts(value(claims, settings.federationClaim()));
        if (federations.isEmpty()) {
            throw new AccountException("CLAIM_FEDERATION_MISSING");
        }
        if (!federations.contains(federation)) {
            throw new AccountException("FEDERATION_OTHER");
        }
        Set<String> here = new TreeSet<>();
        for (String claim : settings.roleClaims()) {
            for (String value : texts(value(claims, claim))) {
                String role = settings.roles().get(value);
                if (role != null && roles.contains(role)) {
                    here.add(role);
                }
            }
        }
        if (here.isEmpty()) {
            throw new AccountException("CLAIM_ROLE_MISSING");
        }
        if (here.size() > 1) {
            throw new AccountException("CLAIM_ROLES_MANY");
        }
        return new Person(name, here.iterator().next(), federation);
    }

    /** A claim by its name, or by a path such as {@code realm_access.roles}. */
    private static @Nullable Object value(Map<?, ?> claims, String name) {
        if (claims.containsKey(name)) {
            return claims.get(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && claims.get(name.substring(0, dot)) instanceof Map<?, ?> inner
                ? value(inner, name.substring(dot + 1))
                : null;
    }

    private static Set<String> texts(@Nullable Object value) {
        Set<String> texts = new TreeSet<>();
        if (value instanceof String text) {
            texts.add(text);
        } else if (value instanceof Collection<?> many) {
            many.forEach(one -> {
                if (one instanceof String text) {
                    texts.add(text);
                }
            });
        }
        return texts;
    }
}
