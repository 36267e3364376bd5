package org.osteon.protocol.call;

import io.grpc.Context;

/**
 * Who makes a call, as the server knows them.
 *
 * @param keyId the key that signed the call
 * @param role {@code site}, {@code ml-engineer}, {@code regulator}, {@code operator} or {@code data-officer}
 * @param name the site's or person's name
 * @param federation the federation they belong to
 */
public record Principal(String keyId, String role, String name, String federation) {
    private static final Context.Key<Principal> CURRENT = Context.key("osteon-principal");

    static Context.Key<Principal> contextKey() {
        return CURRENT;
    }

    /**
     * The principal of the call being handled on this thread.
     *
     * @throws IllegalStateException outside an authenticated call
     */
    public static Principal current() {
        Principal principal = CURRENT.get();
        if (principal == null) {
            throw new IllegalStateException("no authenticated call on this thread");
        }
        return principal;
    }

    /** Does the work as a call of this principal, for a caller that another door of the same daemon let in. */
    public void run(Runnable work) {
        Context.current().withValue(CURRENT, this).run(work);
    }
}
