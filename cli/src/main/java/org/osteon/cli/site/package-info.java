/** Verbs of a site's operator. */
@NullMarked
package org.osteon.cli.site;

import org.jspecify.annotations.NullMarked;
