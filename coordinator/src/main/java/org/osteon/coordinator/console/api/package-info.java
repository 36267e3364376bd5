/**
 * The hub's REST API: what the pages show and do, for programs.
 *
 * <p>Starting points: {@link org.osteon.coordinator.console.api.HubApi}, {@code openapi.json} beside it.
 */
@NullMarked
package org.osteon.coordinator.console.api;

import org.jspecify.annotations.NullMarked;
