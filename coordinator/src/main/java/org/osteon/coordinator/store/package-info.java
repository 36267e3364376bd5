/** The hub's one storage place: SQL, group commit and what is durable when. */
@NullMarked
package org.osteon.coordinator.store;

import org.jspecify.annotations.NullMarked;
