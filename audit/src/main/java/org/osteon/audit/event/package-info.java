/**
 * Events: one canonical JSON leaf for each step that must be provable afterwards.
 *
 * <p>Starting points: {@link org.osteon.audit.event.Event}, {@link org.osteon.audit.event.EventType}.
 */
@NullMarked
package org.osteon.audit.event;

import org.jspecify.annotations.NullMarked;
