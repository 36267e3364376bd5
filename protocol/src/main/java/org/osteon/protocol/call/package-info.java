/**
 * How a call proves who makes it: TLS pinned to one key, and a signature over method, time, nonce and body in every
 * request of Osteon's own services.
 *
 * <p>Starting points: {@link org.osteon.protocol.call.CallSigner} at the caller,
 * {@link org.osteon.protocol.call.CallVerifier} at the server, {@link org.osteon.protocol.call.TlsIdentity}.
 */
@NullMarked
package org.osteon.protocol.call;

import org.jspecify.annotations.NullMarked;
