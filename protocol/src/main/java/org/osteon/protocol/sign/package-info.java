/**
 * Keys and signatures as every Osteon document carries them: an entry {scheme, key id, value}.
 *
 * <p>Starting points: {@link org.osteon.protocol.sign.SigningKey}, {@link org.osteon.protocol.sign.VerificationKey},
 * {@link org.osteon.protocol.sign.KeyFile}, {@link org.osteon.protocol.sign.PasskeyAssertion}.
 */
@NullMarked
package org.osteon.protocol.sign;

import org.jspecify.annotations.NullMarked;
