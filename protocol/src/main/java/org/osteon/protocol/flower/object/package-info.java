/**
 * Flower's inflatable objects: every record, array and message as bytes with a SHA-256 identity and children.
 *
 * <p>Starting points: {@link org.osteon.protocol.flower.object.FlowerObject},
 * {@link org.osteon.protocol.flower.object.FlowerObjects}.
 */
@NullMarked
package org.osteon.protocol.flower.object;

import org.jspecify.annotations.NullMarked;
