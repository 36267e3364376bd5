/** The hospital daemon. */
@NullMarked
package org.osteon.site;

import org.jspecify.annotations.NullMarked;
