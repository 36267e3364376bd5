/** Tests of the forms of answers. */
@NullMarked
package org.osteon.cli.output;

import org.jspecify.annotations.NullMarked;
