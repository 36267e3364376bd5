/**
 * Summed per-patient clipped gradients behind one port, with a backend in plain Java.
 *
 * <p>Starting points: {@link org.osteon.learning.engine.GradientEngine},
 * {@link org.osteon.learning.engine.JavaGradientEngine}.
 */
@NullMarked
package org.osteon.learning.engine;

import org.jspecify.annotations.NullMarked;
