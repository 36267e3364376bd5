/** The hub's own settings and its folder. */
@NullMarked
package org.osteon.coordinator.settings;

import org.jspecify.annotations.NullMarked;
