/**
 * Computed checks: each turns evidence into a verdict that names the fact it rests on.
 *
 * <p>Starting points: {@link org.osteon.conformance.check.Checks}.
 */
@NullMarked
package org.osteon.conformance.check;

import org.jspecify.annotations.NullMarked;
