package org.osteon.coordinator.control;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The calls that are served and the roles that may make them; what is not here nobody may. */
public enum ControlCall {
    /** Begin a run. */
    START_RUN("StartRun", "ml-engineer"),
    /** End a run. */
    STOP_RUN("StopRun", "ml-engineer"),
    /** Show runs. */
    LIST_RUNS("ListRuns", "ml-engineer"),
    /** Follow a run. */
    STREAM_LOGS("StreamLogs", "ml-engineer"),
    /** Register a Flower node. */
    REGISTER_NODE("RegisterNode", "operator"),
    /** Revoke a Flower node. */
    UNREGISTER_NODE("UnregisterNode", "operator"),
    /** Show nodes. */
    LIST_NODES("ListNodes", "operator"),
    /** Show the hub's one federation. */
    LIST_FEDERATIONS("ListFederations", "ml-engineer", "operator"),
    /** Begin to sign in; before anybody is signed in. */
    GET_LOGIN_DETAILS("GetLoginDetails"),
    /** Ask whether somebody signed in; before anybody is signed in. */
    GET_AUTH_TOKENS("GetAuthTokens"),
    /** Renew what has expired; without a valid token. */
    REFRESH_AUTH_TOKENS("RefreshAuthTokens");

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z])(?=[A-Z])");

    private final String method;
    private final Set<String> roles;

    ControlCall(String method, String... roles) {
        this.method = method;
        this.roles = Set.of(roles);
    }

    /** The name of the call's RPC. */
    public String method() {
        return method;
    }

    /** The last part of the call's path over HTTP. */
    public String path() {
        return HUMP.matcher(method).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    /** The roles that may make it; none for what comes before somebody is signed in. */
    public Set<String> roles() {
        return roles;
    }

    /** Whether it comes before somebody is signed in: it tells nothing of the hub. */
    public boolean open() {
        return roles.isEmpty();
    }

    /** The call of an RPC's name. */
    public static Optional<ControlCall> ofMethod(String name) {
        return Arrays.stream(values()).filter(call -> call.method.equals(name)).findFirst();
    }

    /** The call of the last part of a path. */
    public static Optional<ControlCall> ofPath(String name) {
        return Arrays.stream(values()).filter(call -> call.path().equals(name)).findFirst();
    }
}
