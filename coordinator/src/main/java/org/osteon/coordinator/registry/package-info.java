/** Model versions and content-addressed objects. */
@NullMarked
package org.osteon.coordinator.registry;

import org.jspecify.annotations.NullMarked;
