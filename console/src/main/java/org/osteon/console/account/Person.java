package org.osteon.console.account;

import java.io.Serializable;
import java.security.Principal;
import java.util.regex.Pattern;

/**
 * Who is signed in.
 *
 * @param name the account's name
 * @param role {@code data-officer}, {@code ml-engineer}, {@code regulator} or {@code operator}
 * @param federation the federation they belong to
 */
public record Person(String name, String role, String federation) implements Principal, Serializable {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._@-]{0,63}");

    /** Whether a text can be a person's name here. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    @Override
    public String getName() {
        return name;
    }
}
