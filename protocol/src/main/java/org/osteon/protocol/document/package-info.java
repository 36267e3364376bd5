/**
 * The documents the two sides exchange, as records with canonical JSON (RFC 8785), a {@code schema} and a SHA-256
 * identity.
 *
 * <p>Starting points: {@link org.osteon.protocol.document.Document},
 * {@link org.osteon.protocol.document.SignedDocument}, {@link org.osteon.protocol.document.Study}.
 */
@NullMarked
package org.osteon.protocol.document;

import org.jspecify.annotations.NullMarked;
