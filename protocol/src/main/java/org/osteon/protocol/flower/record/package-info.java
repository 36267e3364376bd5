/**
 * Values of Flower's metric and config records as Java knows them, with the wire's distinctions kept: signed and
 * unsigned integers differ, and order counts.
 *
 * <p>Starting points: {@link org.osteon.protocol.flower.record.NamedValues},
 * {@link org.osteon.protocol.flower.record.Value}.
 */
@NullMarked
package org.osteon.protocol.flower.record;

import org.jspecify.annotations.NullMarked;
