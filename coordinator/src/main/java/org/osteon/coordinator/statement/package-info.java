/** What sites' officers tell the hub beside decisions, and what follows from it here. */
@NullMarked
package org.osteon.coordinator.statement;

import org.jspecify.annotations.NullMarked;
