/**
 * Flower's Control service: the unmodified {@code flwr} command starts, lists, follows and stops runs and registers
 * nodes, as a person who signed in at the hub's login service.
 *
 * <p>Starting points: {@link org.osteon.coordinator.control.ControlCall} (who may call what),
 * {@link org.osteon.coordinator.control.ControlHandlers} (what each call does, whatever carries it).
 */
@NullMarked
package org.osteon.coordinator.control;

import org.jspecify.annotations.NullMarked;
