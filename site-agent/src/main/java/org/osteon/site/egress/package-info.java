/**
 * The only door: this package alone holds a channel to the hub, and everything that leaves is journalled here first.
 */
@NullMarked
package org.osteon.site.egress;

import org.jspecify.annotations.NullMarked;
