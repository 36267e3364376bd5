/**
 * Malformed input for a daemon's port: valid requests with something wrong in them, and bytes that are no requests.
 *
 * <p>Starting points: {@link org.osteon.trials.hostile.Mutations}, {@link org.osteon.trials.hostile.Noise},
 * {@link org.osteon.trials.hostile.PortCalls}.
 */
@NullMarked
package org.osteon.trials.hostile;

import org.jspecify.annotations.NullMarked;
