package org.osteon.console;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osteon.console.oidc.OidcSettings;
import org.osteon.protocol.settings.HostPort;

/**
 * Where a daemon's pages are served and for whom.
 *
 * @param address host:port to listen on, TLS only
 * @param folder the daemon's folder, where accounts are kept and {@code tls.crt} and {@code tls.key} lie
 * @param federation the federation whose people may come in
 * @param place the name in the head of each page: the federation at the hub, the hospital at a site
 * @param roles the roles an account here can have
 * @param oidc the login service where people sign in; absent when they have local accounts
 */
public record ConsoleSettings(
        String address, Path folder, String federation, String place, List<String> roles, Optional<OidcSettings> oidc) {
    /** The setting that keeps the pages shut. */
    public static final String OFF = "off";

    /** Checks the address. */
    public ConsoleSettings {
        HostPort.require("console", address);
        roles = List.copyOf(roles);
    }

    /** The address of a setting that may say {@code off}; checked. */
    public static Optional<String> address(String setting) {
        if (OFF.equals(setting)) {
            return Optional.empty();
        }
        HostPort.require("console", setting);
        return Optional.of(setting);
    }

    /** The address beside another: the same host and the next port, or any port where the other is any. */
    public static String beside(String address) {
        HostPort.require("--address", address);
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        return address.substring(0, address.lastIndexOf(':') + 1) + (port == 0 ? 0 : port + 1);
    }

    /** The host it listens on. */
    public String host() {
        return address.substring(0, address.lastIndexOf(':'));
    }

    /** The port it listens on, 0 for any. */
    public int port() {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
