/** The hub daemon. */
@NullMarked
package org.osteon.coordinator;

import org.jspecify.annotations.NullMarked;
