/** A look at one daemon's folder and port. */
@NullMarked
package org.osteon.cli.doctor;

import org.jspecify.annotations.NullMarked;
