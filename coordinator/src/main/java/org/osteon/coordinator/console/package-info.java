/**
 * The hub's pages for engineers, regulators and operators.
 *
 * <p>Starting points: {@link org.osteon.coordinator.console.HubConsole}.
 */
@NullMarked
package org.osteon.coordinator.console;

import org.jspecify.annotations.NullMarked;
