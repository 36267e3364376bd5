/** Signed, pinned connections to a hub or a site. */
@NullMarked
package org.osteon.cli.connect;

import org.jspecify.annotations.NullMarked;
