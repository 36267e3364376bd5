/** The hub's events: one gap-free row for each step, in the transaction of the state it explains, then the log. */
@NullMarked
package org.osteon.coordinator.event;

import org.jspecify.annotations.NullMarked;
