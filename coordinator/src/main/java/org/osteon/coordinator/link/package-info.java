/** What enrolled sites exchange with the hub beside Fleet. */
@NullMarked
package org.osteon.coordinator.link;

import org.jspecify.annotations.NullMarked;
