package org.osteon.protocol.settings;

/** An address as {@code HOST:PORT}. */
public final class HostPort {
    private static final int MOST = 65_535;

    private HostPort() {}

    /**
     * Returns the address when it is one.
     *
     * @param what the option or key it comes from, for the message
     * @throws SettingsException when it is not {@code HOST:PORT} with a port of 0 to 65535
     */
    public static String require(String what, String address) {
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > MOST) {
            throw new SettingsException(
                    what + " must be HOST:PORT with a port of 0 to " + MOST + ", was \"" + address + "\"");
        }
        return address;
    }
}
