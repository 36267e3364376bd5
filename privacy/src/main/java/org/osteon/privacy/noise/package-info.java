/** Noise on an integer grid from the operating system's generator; never from a seedable one. */
@NullMarked
package org.osteon.privacy.noise;

import org.jspecify.annotations.NullMarked;
