package org.osteon.console.account;

import java.io.Serializable;
import java.security.Principal;

/**
 * Who is signed in.
 *
 * @param name the account's name
 * @param role {@code data-officer}, {@code ml-engineer}, {@code regulator} or {@code operator}
 * @param federation the federation they belong to
 */
public record Person(String name, String role, String federation) implements Principal, Serializable {
    @Override
    public String getName() {
        return name;
    }
}
