/** What people ask of the hub. */
@NullMarked
package org.osteon.coordinator.hub;

import org.jspecify.annotations.NullMarked;
