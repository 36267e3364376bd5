/**
 * Flower's wire protocol as unmodified flwr 1.23 to 1.42 speaks it: node authentication, npy, records and objects.
 *
 * <p>Starting points: {@link org.osteon.protocol.flower.NodeSignature}, {@link org.osteon.protocol.flower.NumpyFormat},
 * {@link org.osteon.protocol.flower.object.FlowerObjects}.
 */
@NullMarked
package org.osteon.protocol.flower;

import org.jspecify.annotations.NullMarked;
