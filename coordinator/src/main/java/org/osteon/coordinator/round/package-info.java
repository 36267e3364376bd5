/** Runs and rounds: instructions out, replies in, quorum, deadline, receipts. */
@NullMarked
package org.osteon.coordinator.round;

import org.jspecify.annotations.NullMarked;
