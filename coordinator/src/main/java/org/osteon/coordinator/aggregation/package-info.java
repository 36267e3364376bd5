/** Checks of updates and the one way they are combined. */
@NullMarked
package org.osteon.coordinator.aggregation;

import org.jspecify.annotations.NullMarked;
