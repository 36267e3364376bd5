package org.osteon.protocol.flower;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The HTTP/1.1 carrier of Flower's Fleet calls (Flower 1.40 and newer): one POST a call, its body the same protobuf
 * message as over gRPC, unframed.
 */
public final class FleetHttp {
    /** Type of every request and of every answer that is not an error. */
    public static final String MEDIA_TYPE = "application/protobuf";

    /** What every path begins with. */
    public static final String PREFIX = "/v1/fleet/";

    /** Path at which a server says that it is there, by GET. */
    public static final String HEALTH = "/health";

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z])(?=[A-Z])");

    private FleetHttp() {}

    /** The path of a call, as {@code /v1/fleet/pull-messages} for {@code PullMessages}. */
    public static String path(String method) {
        return PREFIX + HUMP.matcher(method).replaceAll("-").toLowerCase(Locale.ROOT);
    }
}
