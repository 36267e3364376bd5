/** Studies, dry-runs and decisions at the hub. */
@NullMarked
package org.osteon.coordinator.study;

import org.jspecify.annotations.NullMarked;
