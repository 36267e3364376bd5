/** Making a site's folder and keys, and enrolling it at a hub with a one-time token. */
@NullMarked
package org.osteon.site.enrolment;

import org.jspecify.annotations.NullMarked;
