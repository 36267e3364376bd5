/** How a site becomes known: one-time token, fingerprint, confirmation. */
@NullMarked
package org.osteon.coordinator.enrolment;

import org.jspecify.annotations.NullMarked;
