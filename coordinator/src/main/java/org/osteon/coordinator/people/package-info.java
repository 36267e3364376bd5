/** Who may call what: client keys, roles, and the keys that count. */
@NullMarked
package org.osteon.coordinator.people;

import org.jspecify.annotations.NullMarked;
