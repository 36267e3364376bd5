/**
 * The {@code osteon} command: a caller of the daemons' ports like any other.
 *
 * <p>Starting points: {@link org.osteon.cli.Osteon}.
 */
@NullMarked
package org.osteon.cli;

import org.jspecify.annotations.NullMarked;
