/** Tests of the command. */
@NullMarked
package org.osteon.cli;

import org.jspecify.annotations.NullMarked;
