package org.osteon.console.account;

import java.util.Locale;
import java.util.Set;

/**
 * What a passphrase must be: long, and not what is guessed first. No rules of composition, as NIST SP 800-63B section
 * 3.1.1.2 advises.
 */
final class PassphraseRules {
    private static final int SHORTEST = 12;
    private static final int LONGEST = 200;
    private static final int LEAST_DIFFERENT = 6;
    private static final Set<String> GUESSED_FIRST = Set.of(
            "123456789012",
            "1234567890123",
            "qwertyuiop12",
            "passwordpassword",
            "password1234",
            "osteonosteon",
            "letmeinletmein");

    private PassphraseRules() {}

    static void check(String name, String passphrase) {
        if (passphrase.length() < SHORTEST) {
            throw new AccountException("PASSPHRASE_SHORT");
        }
        if (passphrase.length() > LONGEST) {
            throw new AccountException("PASSPHRASE_LONG");
        }
        String plain = passphrase.toLowerCase(Locale.ROOT);
        if (plain.chars().distinct().count() < LEAST_DIFFERENT
                || GUESSED_FIRST.contains(plain)
                || plain.replace(name.toLowerCase(Locale.ROOT), "").length() < SHORTEST / 2) {
            throw new AccountException("PASSPHRASE_GUESSED_FIRST");
        }
    }
}
